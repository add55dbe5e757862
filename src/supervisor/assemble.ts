import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { toErrorView } from '../shared/domain/error.ts'
import { parseSenderId } from '../shared/domain/identity.ts'
import { PROVIDER_LABEL } from '../shared/domain/provider.ts'
import { createGatewayActs, unrecorded } from './acts/gateway-acts.ts'
import type { Supervisor, SupervisorOptions } from './api.ts'
import { createReading } from './assemble-archive.ts'
import { createHands } from './assemble-hands.ts'
import { createMessengers } from './assemble-messengers.ts'
import { createPeopleDesks } from './assemble-people.ts'
import { createStopping } from './assemble-stop.ts'
import { openAudit } from './audit/audit.ts'
import { createGatewayRunner, type RunnerView } from './children/gateway-runner.ts'
import { lockedDown, planLaunch } from './children/launch-plan.ts'
import { createConfigInForce } from './config-in-force.ts'
import { loadDecisionBook } from './decisions/decision-book.ts'
import { createDockerWatch } from './docker/docker-watch.ts'
import { createHear } from './hear.ts'
import { recordedBundle } from './incident/recorded-bundle.ts'
import { hasChild, type Lifecycle } from './lifecycle/state.ts'
import { createSupervisorLog } from './logs/supervisor-log.ts'
import { tailLog } from './logs/tail-log.ts'
import { loadNotes } from './people/notes.ts'
import { createOwnerFiles } from './people/owner-files.ts'
import { createTelling } from './people/telling.ts'
import { auditBroken, closing, errorOf, hostNotes, noAnswer, noSimulatorId, notRunning } from './refusals.ts'
import type { Claim } from './run/run-file.ts'
import { createStatusWriter } from './run/status-writer.ts'
import { readLatch } from './stop/latch/latch.ts'
import { createTurnWatch } from './turns/turn-watch.ts'
import { emptyState, gatewayView, withSimulated } from './view/app-state.ts'
import { createStateFeed } from './view/state-feed.ts'

/** A process that even SIGKILL does not end at once (it hangs in the kernel) must not keep the app open. */
const CLOSE_WITHIN_MS = 10_000

/** Builds the parts and ties them together; it reads as what a supervisor is. */
export const assemble = async (options: SupervisorOptions, claim: Claim): Promise<Supervisor> => {
  const { paths, env, now = Date.now, random = Math.random, onOutput = () => undefined } = options
  const latch = await readLatch(paths)
  const notes = await loadNotes(paths)
  const book = await loadDecisionBook(paths)
  const log = createSupervisorLog(now)
  const complain = (error: unknown): void => log.warn('something could not be done', { error })
  const feed = createStateFeed(
    emptyState(paths, [...hostNotes(process.platform), ...(options.notes ?? [])], now()),
  )

  /** From then on nothing is launched: nobody would be left to end it. */
  let isClosing = false

  const audit = await openAudit({
    paths,
    now,
    onChange: (view) => feed.update({ audit: view }),
    onError: complain,
  })
  const config = createConfigInForce((sha256) =>
    audit.note({ act: 'config.changed', actor: 'owner', detail: { sha256 } }),
  )
  const acts = createGatewayActs({
    audit,
    isLocked: () => isLocked(runner.view().state),
    refusal: (act) => hands.refusal(act),
    unapproved: (act) => hands.unapproved(act),
    answer: (intentId, answer, why) => runner.send({ type: 'intent-answer', intentId, answer, why }),
    onUnwritable: (error) => runner.fault(unrecorded(error)),
  })
  const docker = createDockerWatch({
    env,
    onChange: (view) => {
      feed.update({ docker: view })
      hands.dockerChanged()
    },
  })
  const hands = createHands({
    ...options,
    now,
    audit,
    feed,
    notes,
    files: () => files,
    config: config.now,
    isLocked: () => isLocked(runner.view().state),
    send: (message) => runner.send(message),
    boxesChanged: () => void docker.refresh(),
    onBroken: (error) => runner.fault(toErrorView(error)),
    onError: complain,
  })

  const telling = createTelling({
    send: (people) => runner.send({ type: 'people', ...people }),
    onSilence: () => runner.fault(noAnswer),
  })

  const runner = createGatewayRunner({
    now,
    random,
    latched: latch.kind === 'locked',
    plan: async () => {
      if (isClosing) throw closing()
      const plan = await planLaunch(
        { ...options, now, people: telling.started },
        await files.configForLaunch(),
      )
      const detail = { runId: plan.runId, grants: plan.grants.join(' ') }
      await audit.record({ act: 'gateway.launch', actor: 'supervisor', detail })
      // On disk before there is a process, so that no gateway is ever without a trace.
      await status.beginRun(plan.runId)
      return plan
    },
    onChange: (view) => showRunner(view),
    onOutput,
    onBoxChannel: hands.channel,
    onMessage: (message) => hear(message),
    onGone: () => {
      acts.gone()
      hands.gatewayGone()
      messengers.gone()
      turns.gone()
      telling.gone()
      files.gatewayGone()
    },
  })

  const turns = createTurnWatch((message) => runner.send(message))

  const status = createStatusWriter(claim, () => ({ view: runner.view(), providers: feed.state().providers }))

  const messengers = createMessengers({
    paths,
    now,
    audit,
    runner: () => runner,
    files: () => files,
    config: config.now,
    isLocked: () => isLocked(runner.view().state),
    latched: latch.kind === 'locked',
    refuseStart: () => refuseStart(),
    onError: complain,
  })

  const stopping = createStopping({
    paths,
    env,
    now,
    runner,
    latch,
    audit,
    config,
    hands: {
      unlock: () => {
        hands.unlock()
        messengers.unlock()
      },
      lock: () => {
        hands.lock()
        messengers.lock()
      },
    },
    feed,
    log,
    knownContainers: docker.known,
    logFile: () => files.logFileNow(),
    onError: complain,
  })
  const { incidents } = stopping

  const files = createOwnerFiles({
    ...options,
    now,
    feed,
    runner,
    telling,
    notes,
    log,
    readOnly: hands.readOnly,
    linkOf: messengers.viewOf,
    onRules: hands.rulesChanged,
    follow: stopping.follow,
    onConfig: (next) => {
      config.adopt(next)
      stopping.adopt(next)
    },
  })

  const { desk, bindings, decisions } = createPeopleDesks({
    paths,
    now,
    audit,
    feed,
    notes,
    book,
    files,
    isLocked: () => isLocked(runner.view().state),
    send: (message) => runner.send(message),
    onError: complain,
  })

  const showRunner = (view: RunnerView): void => {
    const gateway = gatewayView(view, feed.state().gateway)
    if (gateway.phase !== feed.state().gateway.phase) {
      log.info(`the gateway is ${gateway.phase}`, { pid: gateway.pid, error: gateway.error ?? undefined })
    }
    feed.update({ gateway })
    void status.save().catch(complain)
  }

  const hear = createHear({
    feed,
    telling,
    files,
    desk,
    acts,
    bindings,
    messengers,
    hands,
    turns,
    log,
    saveStatus: () => void status.save().catch(complain),
    fault: runner.fault,
    stopFromChat: (provider, sender) => {
      // Once: a gateway that asks without end would keep the first stop from coming to its end.
      if (isLocked(runner.view().state)) return
      void stopping.stop(
        `${PROVIDER_LABEL[provider]} ${sender}, from a chat`,
        'somebody who may stop wrote /stop',
      )
    },
  })

  const refuseStart = (): void => {
    if (isClosing) throw closing()
    if (isLocked(runner.view().state)) throw lockedDown(paths)
  }

  const verifyAudit = async (): Promise<string> => {
    const report = await audit.verify()
    if (report.firstBroken !== null) throw auditBroken(report.firstBroken)
    return `The audit is whole: ${report.records} records.`
  }

  const follows = new Set<() => void>()
  showRunner(runner.view())
  await files.open()
  void docker.refresh()
  const { archive, exports } = createReading({
    ...options,
    now,
    audit,
    config,
    files,
    feed,
    onError: complain,
  })
  await messengers.open()
  // In the background: a long chain must not hold up the start, and what it finds shows by itself.
  void verifyAudit().catch(complain)

  return {
    ...decisions,
    ...exports,
    ...messengers.acts,
    archive,
    async start() {
      refuseStart()
      audit.note({ act: 'gateway.start', actor: 'owner' })
      runner.dispatch({ type: 'start' })
    },
    async stop() {
      audit.note({ act: 'gateway.stop', actor: 'owner' })
      runner.dispatch({ type: 'stop' })
      await runner.until((state) => state.phase !== 'stopping')
    },
    async restart() {
      refuseStart()
      audit.note({ act: 'gateway.start', actor: 'owner', detail: { again: true } })
      runner.dispatch({ type: 'restart' })
      const state = await runner.until(({ phase }) => phase !== 'stopping' && phase !== 'starting')
      if (state.phase === 'backing-off' || state.phase === 'failed') throw errorOf(state.error)
      refuseStart()
    },
    lockdown: stopping.stop,
    resume: async (reason, unknowns) => {
      const by = 'the owner'
      await stopping.resume(by, reason, unknowns)
      await runner.until((state) => state.phase !== 'stopping')
      log.info('the lockdown was ended', { by, reason })
    },
    tickIncident: incidents.tick,
    incidentLog: incidents.log,
    incidentTranscript: incidents.transcript,
    writeIncidentBundle: recordedBundle(audit, incidents, complain),
    answerApproval: hands.approvals.answer,
    setReadOnly: (on) => hands.readOnly.set(on, 'owner'),
    killSandbox: hands.kill,
    inspectSandbox: hands.inspect,
    buildSandboxImage: hands.buildImage,
    verifyAudit,
    onQuit: () => config.now()?.onQuit ?? 'stop',
    woke: () => runner.dispatch({ type: 'woke' }),
    addNote: (sentence) =>
      feed.update({ host: { notes: [...new Set([...feed.state().host.notes, sentence])] } }),
    async simulate(sender, name, text) {
      refuseStart()
      if (parseSenderId('simulator', sender) === undefined) throw noSimulatorId()
      if (!runner.send({ type: 'simulate', sender, name, text })) throw notRunning()
      const said = { id: randomUUID(), at: now(), sender, from: 'person', text } as const
      feed.update({ simulator: withSimulated(feed.state(), said) })
    },
    watchTurn: turns.watch,
    onTurnProgress: turns.subscribe,
    snapshot: feed.snapshot,
    subscribe: feed.subscribe,
    async followLogs(listener) {
      const { file, first, stop } = await tailLog(files.logFileNow, listener)
      follows.add(stop)
      return { snapshot: { file, lines: first }, stop }
    },
    async close() {
      isClosing = true
      await messengers.close()
      await files.close()
      runner.dispatch({ type: 'stop' })
      await Promise.race([
        runner.until((state) => !hasChild(state)),
        sleep(CLOSE_WITHIN_MS, undefined, { ref: false }),
      ])
      // Each ends within seconds, whatever hangs. Broken off it would leave containers alive, and no record.
      await stopping.settled()
      await hands.close()
      runner.close()
      docker.close()
      await archive.close()
      await audit.close().catch(complain)
      await notes.save().catch(complain)
      await status.close()
      log.close()
      for (const stop of follows) stop()
    },
  }
}

const isLocked = (state: Lifecycle): boolean => state.phase === 'locked'
