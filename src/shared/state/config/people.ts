import { parseNumber } from '../../domain/account.ts'
import { parseListEntry, SENDER_ID_HINT, type SenderId } from '../../domain/identity.ts'
import { PROVIDER_LABEL, PROVIDERS, type ProviderId } from '../../domain/provider.ts'
import { visibleLine } from '../../domain/visible-text.ts'
import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import type { Config, ConfigFile, ConfiguredProvider, ProviderConfig } from './schema.ts'

type Entry = string | number
/** How the text of the file writes the value at a path: `0x2a` and `42.0` are the number 42 to json5. */
export type Written = (path: Path) => string

/** `owner.<provider>`. The simulator has an owner without asking; everybody else names theirs. */
export const resolveOwners = (file: ConfigFile, written: Written): Config['owner'] => {
  const owners: Partial<Record<ProviderId, readonly SenderId[]>> = {}
  for (const provider of PROVIDERS) {
    const given = file.owner?.[provider] ?? (provider === 'simulator' ? 'owner' : undefined)
    if (given === undefined) continue
    owners[provider] = oneOrMore(provider, given, ['owner', provider], written)
  }
  return owners
}

/** `stop.allowFrom.<provider>`: nobody without being named. */
export const resolveStoppers = (file: ConfigFile, written: Written): Config['stoppers'] => {
  const stoppers: Partial<Record<ProviderId, readonly SenderId[]>> = {}
  for (const provider of PROVIDERS) {
    const given = file.stop?.allowFrom?.[provider]
    if (given === undefined) continue
    stoppers[provider] = oneOrMore(provider, given, ['stop', 'allowFrom', provider], written)
  }
  return stoppers
}

/** `agent.elevated.allowFrom.<provider>` (openclaw #11022: names and recipients matched there): ids of senders, and nobody without being named. */
export const resolveElevated = (file: ConfigFile, written: Written): Config['elevated'] => {
  const given = file.agent?.elevated ?? {}
  return {
    enabled: given.enabled ?? false,
    approve: given.approve ?? 'always',
    allowFrom: namedByProvider(given.allowFrom ?? {}, ['agent', 'elevated', 'allowFrom'], written),
  }
}

/** `outbound.allowTo.<provider>`: undefined where the config does not narrow anything. */
export const resolveAllowTo = (file: ConfigFile, written: Written): Config['allowTo'] => {
  const given = file.outbound?.allowTo
  return given === undefined ? undefined : namedByProvider(given, ['outbound', 'allowTo'], written)
}

const namedByProvider = (
  given: NonNullable<ConfigFile['owner']>,
  path: Path,
  written: Written,
): Readonly<Partial<Record<ProviderId, readonly SenderId[]>>> => {
  const named: Partial<Record<ProviderId, readonly SenderId[]>> = {}
  for (const provider of PROVIDERS) {
    const ids = given[provider]
    if (ids === undefined) continue
    refuseStar(ids, [...path, provider])
    named[provider] = oneOrMore(provider, ids, [...path, provider], written)
  }
  return named
}

const refuseStar = (given: Entry | readonly Entry[], path: Path): void => {
  const list = typeof given === 'object' ? given : [given]
  const star = list.findIndex((entry) => typeof entry === 'string' && entry.trim() === '*')
  if (star === -1) return
  throw new ConfigProblem(
    typeof given === 'object' ? [...path, star] : path,
    'is "*", which would mean everybody; here each person is named',
    'Write the ids of those whom you mean.',
  )
}

/** Policy and allowFrom of one messenger (peers 1.8); `*` means something together with `open`, and only there. */
export const resolvePolicy = (
  file: ConfigFile,
  provider: ConfiguredProvider,
  enabledByDefault: boolean,
  written: Written,
): ProviderConfig => {
  const given = file[provider] ?? {}
  const dmPolicy = given.dmPolicy ?? 'pairing'
  const listed = given.allowFrom ?? (provider === 'simulator' ? ['friend'] : [])
  const star = listed.indexOf('*')
  if (dmPolicy === 'open' && star === -1) {
    throw new ConfigProblem(
      [provider, 'dmPolicy'],
      'is "open", but allowFrom does not contain "*"',
      `To let everybody talk to the agent, say so with allowFrom: ["*"]; else use "pairing" or "allowlist".`,
    )
  }
  if (dmPolicy !== 'open' && star !== -1) {
    throw new ConfigProblem(
      [provider, 'allowFrom', star],
      `is "*", which means everybody, but dmPolicy is "${dmPolicy}"`,
      'Remove it, or set dmPolicy to "open" if everybody may talk to the agent.',
    )
  }
  return {
    enabled: given.enabled ?? enabledByDefault,
    dmPolicy,
    everyone: star !== -1,
    silent: given.pairing === 'silent',
    allowFrom: senders(provider, listed, [provider, 'allowFrom'], written),
  }
}

const oneOrMore = (
  provider: ProviderId,
  given: Entry | readonly Entry[],
  path: Path,
  written: Written,
): readonly SenderId[] =>
  typeof given === 'string' || typeof given === 'number'
    ? [sender(provider, given, path, written)]
    : senders(provider, given, path, written)

const senders = (
  provider: ProviderId,
  list: readonly Entry[],
  path: Path,
  written: Written,
): readonly SenderId[] => [
  ...new Set(
    list.flatMap((entry, index) =>
      entry === '*' && path[0] === provider ? [] : sender(provider, entry, [...path, index], written),
    ),
  ),
]

const sender = (provider: ProviderId, entry: Entry, path: Path, written: Written): SenderId => {
  if (typeof entry === 'number' && !Number.isSafeInteger(entry)) {
    throw new ConfigProblem(path, 'is a number too big to be exact', 'Write the id in quotes.')
  }
  const text = typeof entry === 'number' ? written(path) : entry
  const id = parseListEntry(provider, text)
  if (id !== undefined) return id
  throw new ConfigProblem(
    path,
    `is not a ${PROVIDER_LABEL[provider]} id: ${visibleLine(JSON.stringify(text.slice(0, 80)))}`,
    `It has to be ${SENDER_ID_HINT[provider]}.${withPlus(provider, text)}`,
  )
}

/** The existing Clawdbot takes numbers without the plus; taking digits for a number is how LIDs became numbers there. */
const withPlus = (provider: ProviderId, text: string): string =>
  parseNumber(provider, `+${text}`) === undefined ? '' : ` As a phone number it is "+${text}", with the plus.`
