import { lstatSync } from 'node:fs'
import type { HandsView } from '../../shared/contracts/hands-views.ts'
import type { AuditActor } from '../../shared/domain/audit.ts'
import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import {
  type ReadOnlySwitch,
  readReadOnly,
  switchReadOnlyOff,
  switchReadOnlyOn,
} from '../../shared/state/read-only-switch.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { recorded } from '../acts/recorded.ts'
import type { Audit } from '../audit/audit.ts'

export interface ReadOnlyDeskOptions {
  readonly paths: StatePaths
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly audit: Pick<Audit, 'perform' | 'intend' | 'conclude'>
  /** It is on now, or off, or for another reason. */
  readonly onChange: () => void
  /** Resolves when the gateway acts on what `onChange` said, or is dead. */
  readonly settle: () => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Read-only mode: on by the switch, by the config, or because the switch can not be read. */
export interface ReadOnlyDesk {
  readonly view: () => HandsView['readOnly']
  readonly isOn: () => boolean
  /** Resolves with a sentence when it holds. Errors: `read_only` where only the config can, and those of a write. */
  readonly set: (on: boolean, by: AuditActor) => Promise<string>
  /** Looks at the file again. Never rejects. */
  readonly follow: () => Promise<void>
  readonly adopt: (config: Pick<Config, 'readOnlyMode'>) => void
}

export const createReadOnlyDesk = (options: ReadOnlyDeskOptions): ReadOnlyDesk => {
  const { paths, now, audit } = options
  // Until the file was looked at nobody knows.
  let file: ReadOnlySwitch = { kind: 'broken', why: 'was not read yet' }
  let byConfig = false
  /** Said by the owner and not (yet) on the disk: it holds all the same. */
  let said: { readonly since: number; readonly by: string } | undefined
  let shown = ''
  let last: Promise<unknown> = Promise.resolve()

  const view = (): HandsView['readOnly'] => {
    const since = said?.since ?? (file.kind === 'on' ? file.since : null)
    if (byConfig) return { on: true, by: 'config', since }
    if (said !== undefined || file.kind === 'on') return { on: true, by: 'switch', since }
    return file.kind === 'broken'
      ? { on: true, by: 'broken', since: null }
      : { on: false, by: null, since: null }
  }

  const tell = (): void => {
    const next = JSON.stringify(view())
    if (next === shown) return
    shown = next
    options.onChange()
  }

  const look = async (): Promise<void> => {
    file = await readReadOnly(paths)
    tell()
  }

  /** One after the other, so that a look never undoes what a change has just done. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }

  const switchOn = async (by: AuditActor): Promise<string> => {
    // Before anything is recorded or written: it holds from this moment.
    const mine = { since: said?.since ?? now(), by }
    said = mine
    tell()
    const write = async (): Promise<void> => {
      await switchReadOnlyOn(paths, mine.since, mine.by)
      file = { kind: 'on', ...mine }
      if (said === mine) said = undefined
      tell()
    }
    try {
      await inTurn(() =>
        recorded(audit, 'restricts', { act: 'readonly.on', actor: by }, write, options.onError),
      )
    } catch (error) {
      await options.settle()
      const { code, message, hint } = toErrorView(error)
      const until = 'Read-only mode is on all the same, until Clawdbot ends.'
      throw new ClawdbotError(code, `${message} ${until}`, hint, error)
    }
    await options.settle()
    return 'Read-only mode is on.'
  }

  const switchOff = async (by: AuditActor): Promise<string> => {
    if (byConfig) throw onByConfig(paths.config)
    const before = said
    const remove = async (): Promise<void> => {
      await switchReadOnlyOff(paths)
      // Not what was said while this waited for its turn.
      if (said === before) said = undefined
      await look()
    }
    await inTurn(() => recorded(audit, 'grants', { act: 'readonly.off', actor: by }, remove, options.onError))
    if (byConfig) throw onByConfig(paths.config)
    await options.settle()
    return view().on
      ? 'Read-only mode was switched on again in the meantime, and is on.'
      : 'Read-only mode is off.'
  }

  return {
    view,
    isOn: () => view().on || isThrown(paths.readOnly),
    set: (on, by) => (on ? switchOn(by) : switchOff(by)),
    follow: () => inTurn(look),
    adopt({ readOnlyMode }) {
      byConfig = readOnlyMode
      tell()
    },
  }
}

/** Whether the switch is on at this very moment: another process may have thrown it, and said that it holds. */
const isThrown = (file: string): boolean => {
  try {
    lstatSync(file)
    return true
  } catch (error) {
    return !isErrno(error, 'ENOENT')
  }
}

export const onByConfig = (config: string): ClawdbotError =>
  new ClawdbotError(
    'read_only',
    `read-only mode is on by the key readOnlyMode in ${config}`,
    'Set it to false there, or remove it. The switch can not undo it.',
  )
