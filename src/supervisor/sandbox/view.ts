// A container as the owner's screen shows it: from Docker's inspection, never from the config.
import type { DriftView, SandboxView } from '../../shared/contracts/hands-views.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { OurContainer } from '../docker/our-containers.ts'
import { driftOf } from './drift.ts'
import type { Inspection } from './engine/inspection.ts'
import type { BoxUse } from './engine/use.ts'
import { SESSION_LABEL } from './plan-box.ts'
import type { WantedContainer } from './wanted-container.ts'

/** How this supervisor holds a container, and what it asked for; undefined: it does not hold it. */
export type Holding = { readonly held: 'in use' | 'ahead'; readonly wanted: WantedContainer } | undefined

const STRAY: DriftView = {
  what: 'holder',
  wanted: 'this supervisor',
  found: 'an earlier run, or somebody else: nothing is known of what it should be',
}

export const sandboxView = (
  container: OurContainer,
  inspection: Inspection,
  use: BoxUse | undefined,
  holding: Holding,
): SandboxView => {
  const { HostConfig, Config, State } = inspection
  return {
    id: inspection.Id,
    name: line(container.name),
    session: line(Config.Labels?.[SESSION_LABEL] ?? ''),
    image: line(Config.Image),
    state: line(State.Status),
    createdAt: Date.parse(inspection.Created) || container.createdAt,
    ...figuresOf(use),
    memoryLimit: limit(HostConfig['Memory']),
    processLimit: limit(HostConfig['PidsLimit']),
    network: line(text(HostConfig['NetworkMode']) || 'default'),
    readOnlyRoot: HostConfig['ReadonlyRootfs'] === true,
    capabilities: capabilitiesOf(HostConfig),
    user: /^(?:|root|0)(?::.*)?$/.test(Config.User) ? 'root' : line(Config.User),
    mounts: (inspection.Mounts ?? []).map(({ Source, Destination, RW }) => ({
      source: line(Source),
      target: line(Destination),
      mode: RW ? 'rw' : 'ro',
    })),
    drift:
      holding === undefined
        ? [STRAY]
        : driftOf(holding.wanted, inspection).map(({ what, wanted, found }) => ({
            what: line(what),
            wanted: line(wanted),
            found: line(found),
          })),
    held: holding?.held ?? 'stray',
  }
}

/** Which there are, and in what state, as one text to compare: one that was only made does not run yet. */
export const statesOf = (boxes: readonly Pick<SandboxView, 'id' | 'state'>[]): string =>
  boxes.map(({ id, state }) => `${id} ${state}`).join()

/** Null where Docker has not measured it. */
export const figuresOf = (use: BoxUse | undefined): Pick<SandboxView, 'memory' | 'processes'> => ({
  memory: use?.memory ?? null,
  processes: use?.processes ?? null,
})

/** Docker's words reach a screen: as one line, without what hides or reorders. */
const line = (words: string): string => visibleLine(words).slice(0, 400)

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const limit = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null)

const capabilitiesOf = (config: Inspection['HostConfig']): string => {
  if (config['Privileged'] === true) return 'all (privileged)'
  const added = strings(config['CapAdd'])
  const dropped = strings(config['CapDrop'])
  const isBare = dropped.some((name) => name.toUpperCase() === 'ALL')
  const rest = isBare
    ? []
    : [`Docker's default${dropped.length === 0 ? '' : ` without ${dropped.join(', ')}`}`]
  return line([...rest, ...added].join(', ')) || 'none'
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
