import type { Duplex } from 'node:stream'
import type { PrivilegedAct } from '../shared/contracts/acts.ts'
import type { FromGateway, ToGateway } from '../shared/contracts/gateway.ts'
import type { SandboxesView } from '../shared/contracts/hands-views.ts'
import { ClawdbotError } from '../shared/domain/error.ts'
import { rightsOf } from '../shared/domain/hands.ts'
import type { Config } from '../shared/state/config/schema.ts'
import type { Audit } from './audit/audit.ts'
import type { PlanOptions } from './children/launch-plan.ts'
import { type ApprovalDesk, createApprovalDesk } from './hands/approvals.ts'
import { askerNamed, askerOf } from './hands/asker.ts'
import { createReadOnlyDesk, type ReadOnlyDesk } from './hands/read-only.ts'
import { needsApproval, refusalOf, refusalOfHand } from './hands/refusals.ts'
import type { Notes } from './people/notes.ts'
import type { OwnerFiles } from './people/owner-files.ts'
import { type BoxDesk, createBoxDesk } from './sandbox/box-desk.ts'
import { createImageDesk } from './sandbox/image/image-desk.ts'
import { boxSettings } from './sandbox/plan-box.ts'
import { type BoxWanted, createSandboxes } from './sandbox/sandboxes.ts'
import { statesOf } from './sandbox/view.ts'
import type { StateFeed } from './view/state-feed.ts'

export interface HandsOptions extends Pick<PlanOptions, 'paths' | 'appRoot' | 'env' | 'now'> {
  readonly audit: Audit
  readonly feed: StateFeed
  readonly notes: Notes
  /** Made after this: it needs the read-only desk. */
  readonly files: () => Pick<OwnerFiles, 'providerNow' | 'rulesNow' | 'readOnlyChanged' | 'settle'>
  readonly config: () => Config | null
  readonly isLocked: () => boolean
  readonly send: (message: ToGateway) => boolean
  /** There are other containers than before, or one of them began or ended. */
  readonly boxesChanged: () => void
  /** A gateway that breaks its contract on the way to its boxes. */
  readonly onBroken: (error: unknown) => void
  readonly onError: (error: unknown) => void
}

/** What the agent's tools may touch, and with what: the owner's side of it. */
export interface Hands extends Pick<BoxDesk, 'asked' | 'violated'> {
  readonly readOnly: ReadOnlyDesk
  readonly approvals: ApprovalDesk
  readonly refusal: (act: PrivilegedAct) => string | undefined
  readonly unapproved: (act: PrivilegedAct) => string | undefined
  readonly channel: (channel: Duplex) => void
  /** Somebody was let in whose model will want a sandbox in a moment. */
  readonly accepted: (message: Extract<FromGateway, { readonly type: 'accepted' }>) => void
  /** People, rules or the config may be others than before. */
  readonly rulesChanged: () => void
  readonly dockerChanged: () => void
  readonly gatewayGone: () => void
  readonly lock: () => void
  readonly unlock: () => void
  readonly kill: (container: string) => Promise<string>
  readonly inspect: (container: string) => Promise<string>
  readonly buildImage: () => Promise<string>
  readonly close: () => Promise<void>
}

export const createHands = (options: HandsOptions): Hands => {
  const { paths, audit, feed, files, send, onError, isLocked } = options
  const show = (change: Partial<SandboxesView>): void =>
    feed.update({ sandboxes: { ...feed.state().sandboxes, ...change } })
  const facts = () => ({ rules: files().rulesNow(), providerNow: files().providerNow })

  const readOnly = createReadOnlyDesk({
    paths,
    now: options.now,
    audit,
    onChange: () => files().readOnlyChanged(),
    settle: () => files().settle(),
    onError,
  })
  const approvals = createApprovalDesk({
    now: options.now,
    audit,
    isLocked,
    approve: () => files().rulesNow().elevated.approve,
    refusal: (ask) => {
      const asker = askerNamed(ask, files().providerNow)
      return asker === undefined
        ? 'nobody who is let in speaks in this session'
        : refusalOfHand(asker, files().rulesNow(), 'bash', 'host')
    },
    claimedName: (provider, sender) => options.notes.of(provider, sender)?.claimedName ?? '',
    answer: send,
    onChange: (waiting) => feed.update({ approvals: waiting }),
    onError,
  })
  const sandboxes = createSandboxes({
    ...options,
    note: audit.note,
    onChange: (view) => {
      const before = statesOf(feed.state().sandboxes.containers)
      show(view)
      if (statesOf(view.containers) !== before) options.boxesChanged()
    },
  })
  const image = createImageDesk({ ...options, image: '', onChange: show })

  /** The sandbox of a session by the rules as they are now. Errors: `sandbox_refused`. */
  const wantedBy = (session: string): BoxWanted => {
    const asker = askerOf(session, files().providerNow)
    if (asker === undefined) throw noBox('nobody who is let in speaks in this session')
    const { hands, network } = rightsOf(asker, files().rulesNow())
    const isBoxed = Object.values(hands).some(({ kind }) => kind === 'sandbox' || kind === 'either')
    if (!isBoxed) throw noBox('by the rules this session has none')
    return { session: asker.session, trust: asker.trust, network }
  }

  const boxes = createBoxDesk({
    open: async (session) => sandboxes.open(wantedBy(session)),
    answer: send,
    endAll: (why) => void sandboxes.endAll(why),
    onError: options.onBroken,
  })

  return {
    readOnly,
    approvals,
    asked: boxes.asked,
    violated: boxes.violated,
    refusal: (act) => refusalOf(act, facts()),
    unapproved: (act) =>
      act.act === 'tool.run' && needsApproval(act, files().rulesNow()) && !approvals.use(act)
        ? 'the owner has not approved exactly this command'
        : undefined,
    channel: boxes.attach,
    accepted: ({ session }) => {
      try {
        sandboxes.warm(wantedBy(session))
      } catch {
        // This session has no sandbox, so none is started ahead.
      }
    },
    rulesChanged: () => {
      approvals.review()
      const config = options.config()
      if (config === null) return
      image.adopt(config.sandbox.docker.image)
      sandboxes.adopt(boxSettings(config, readOnly.isOn()))
    },
    dockerChanged: () => {
      void image.refresh()
      void sandboxes.refresh()
    },
    gatewayGone: () => {
      boxes.gone()
      approvals.gatewayGone('the gateway ended')
    },
    lock: () => {
      sandboxes.lock()
      approvals.void('everything was stopped')
    },
    unlock: sandboxes.unlock,
    kill: (container) =>
      audit.perform({ act: 'sandbox.kill', actor: 'owner', detail: { container } }, () =>
        sandboxes.kill(container),
      ),
    inspect: sandboxes.inspect,
    buildImage: async () => {
      audit.note({ act: 'sandbox.build', actor: 'owner' })
      image.build()
      return 'Building the image'
    },
    close: async () => {
      approvals.close()
      image.close()
      await sandboxes.close()
    },
  }
}

const noBox = (why: string): ClawdbotError =>
  new ClawdbotError('sandbox_refused', `No sandbox is made: ${why}.`, 'Nothing runs on the host instead.')
