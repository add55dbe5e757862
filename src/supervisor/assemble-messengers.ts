import type { Config } from '../shared/state/config/schema.ts'
import type { StatePaths } from '../shared/state/state-dir.ts'
import type { Supervisor } from './api.ts'
import type { Audit } from './audit/audit.ts'
import type { GatewayRunner } from './children/gateway-runner.ts'
import { hasChild } from './lifecycle/state.ts'
import { createLinkByFile } from './messengers/link-by-file.ts'
import { createLinkDesk, type LinkDesk } from './messengers/link-desk.ts'
import type { OwnerFiles } from './people/owner-files.ts'
import { errorOf, notRunning } from './refusals.ts'

export interface MessengersOptions {
  readonly paths: StatePaths
  readonly now: () => number
  readonly audit: Audit
  readonly runner: () => Pick<GatewayRunner, 'view' | 'dispatch' | 'until' | 'send'>
  /** Made after this: it shows how the links stand. */
  readonly files: () => Pick<OwnerFiles, 'providerNow' | 'linkChanged' | 'settle'>
  readonly config: () => Config | null
  readonly isLocked: () => boolean
  /** Everything is stopped from the beginning. */
  readonly latched: boolean
  /** Throws where nothing may be started. */
  readonly refuseStart: () => void
  readonly onError: (error: unknown) => void
}

type OfOwner = Pick<
  Supervisor,
  'linkMessenger' | 'reconnectMessenger' | 'cancelLink' | 'unlinkMessenger' | 'setNumberUse'
>

/** The logins of messengers that are linked to a phone: what the gateway says of them, and what the owner wants. */
export interface Messengers
  extends Pick<LinkDesk, 'viewOf' | 'heard' | 'status' | 'gone' | 'lock' | 'unlock'> {
  /** For the app. */
  readonly acts: OfOwner
  /** Follows what the command line asks for. */
  readonly open: () => Promise<void>
  readonly close: () => Promise<void>
}

export const createMessengers = (options: MessengersOptions): Messengers => {
  const { paths, now, audit, runner, files, isLocked, latched, refuseStart, onError } = options

  const start = async (): Promise<void> => {
    refuseStart()
    const before = await runner().until(({ phase }) => phase !== 'stopping')
    if (before.phase !== 'running' && before.phase !== 'unresponsive' && before.phase !== 'starting') {
      audit.note({ act: 'gateway.start', actor: 'owner' })
      runner().dispatch({ type: 'start' })
    }
    const state = await runner().until(({ phase }) => phase !== 'starting' && phase !== 'stopping')
    refuseStart()
    if (state.phase === 'failed' || state.phase === 'backing-off') throw errorOf(state.error)
    if (state.phase === 'stopped') throw notRunning()
  }

  const changed = (): void => {
    files().linkChanged()
    byFile.changed()
  }
  const desk = createLinkDesk({
    paths,
    audit,
    isLocked,
    latched,
    config: options.config,
    numberOf: (provider) => files().providerNow(provider)?.number,
    start,
    hasGateway: () => hasChild(runner().view().state),
    send: (message) => runner().send(message),
    settle: () => files().settle(),
    onChange: changed,
    onError,
  })
  const byFile = createLinkByFile({ paths, now, desk, isLocked, onError })

  return {
    viewOf: desk.viewOf,
    heard: desk.heard,
    status(status) {
      desk.status(status)
      changed()
    },
    gone() {
      desk.gone()
      changed()
    },
    lock: desk.lock,
    unlock: desk.unlock,
    acts: {
      linkMessenger: (provider, use) => desk.link(provider, use, 'owner'),
      reconnectMessenger: (provider) => desk.reconnect(provider, 'owner'),
      cancelLink: (provider) => desk.cancel(provider, 'owner'),
      unlinkMessenger: (provider) => desk.unlink(provider, 'owner'),
      setNumberUse: (provider, use) => desk.setUse(provider, use, 'owner'),
    },
    open: byFile.open,
    close: byFile.close,
  }
}
