import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { shell } from 'electron'
import type { CommandResult, LogSnapshot } from '../shared/contracts/bridge.ts'
import type { IncidentView } from '../shared/contracts/stop-views.ts'
import { ClawdbotError } from '../shared/domain/error.ts'
import type { StatePaths } from '../shared/state/state-dir.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { createArchiveHandlers } from './archive-handlers.ts'
import type { AskWhere } from './ask-where.ts'
import type { Handlers } from './router.ts'
import { stopSentence } from './stop/stop-words.ts'

const done = (note: string): CommandResult => ({ ok: true, note })

/** Throws `incident_unknown` where nothing is open. */
const incidentOf = (supervisor: Supervisor): IncidentView => {
  const { incident } = supervisor.snapshot().state
  if (incident !== null) return incident
  throw new ClawdbotError(
    'incident_unknown',
    'there is no incident to look at',
    'One opens with STOP and stays until you resume.',
  )
}

/** The owner's clicks, each handed to the supervisor; main decides nothing by itself. */
export const createHandlers = (
  supervisor: Supervisor,
  paths: StatePaths,
  followLogs: () => Promise<LogSnapshot>,
  where: AskWhere,
): Handlers => ({
  ...createArchiveHandlers(supervisor, where),
  'state.get': async () => supervisor.snapshot(),
  'logs.follow': followLogs,
  'gateway.start': async () => {
    await supervisor.start()
    return done('Starting the gateway')
  },
  'gateway.stop': async () => {
    await supervisor.stop()
    return done('The gateway is stopped')
  },
  'gateway.restart': async () => {
    await supervisor.restart()
    return done('The gateway was restarted')
  },
  'lockdown.stop': async () => {
    return done(stopSentence(await supervisor.lockdown('you, from this window', '')))
  },
  'lockdown.resume': async ({ reason, unknowns }) => {
    await supervisor.resume(reason, unknowns)
    return done('Resumed. Nothing was started.')
  },
  'incident.tick': async ({ step, done: isDone }) => {
    await supervisor.tickIncident(step, isDone)
    return done('')
  },
  'incident.log': () => supervisor.incidentLog(),
  'incident.transcript': ({ sessionId }) => supervisor.incidentTranscript(sessionId),
  'incident.bundle': async (what) => {
    const target = await where.bundle(incidentOf(supervisor).id)
    return target === null ? done('') : done(await supervisor.writeIncidentBundle(target, what))
  },
  'incident.reveal': async () => {
    shell.showItemInFolder(incidentOf(supervisor).folder)
    return done('')
  },
  'audit.verify': async () => done(await supervisor.verifyAudit()),
  'approval.answer': async ({ id, sha256, answer }) =>
    done(await supervisor.answerApproval(id, sha256, answer)),
  'readonly.set': async ({ on }) => done(await supervisor.setReadOnly(on)),
  'sandbox.kill': async ({ container }) => done(await supervisor.killSandbox(container)),
  'sandbox.inspect': ({ container }) => supervisor.inspectSandbox(container),
  'sandbox.build': async () => done(await supervisor.buildSandboxImage()),
  'pairing.approve': async ({ provider, id, code }) => done(await supervisor.approve(provider, id, code)),
  'pairing.deny': async ({ provider, id }) => done(await supervisor.deny(provider, id)),
  'pairing.undo': async ({ decision }) => done(await supervisor.undo(decision)),
  'messenger.link': async ({ provider, use }) => done(await supervisor.linkMessenger(provider, use)),
  'messenger.reconnect': async ({ provider }) => done(await supervisor.reconnectMessenger(provider)),
  'messenger.cancelLink': async ({ provider }) => done(await supervisor.cancelLink(provider)),
  'messenger.unlink': async ({ provider }) => done(await supervisor.unlinkMessenger(provider)),
  'messenger.setUse': async ({ provider, use }) => done(await supervisor.setNumberUse(provider, use)),
  'people.block': async ({ provider, id }) => done(await supervisor.block(provider, id)),
  'people.unblock': async ({ provider, id }) => done(await supervisor.unblock(provider, id)),
  'people.revoke': async ({ provider, id }) => done(await supervisor.revoke(provider, id)),
  'simulator.say': async ({ sender, name, text }) => {
    await supervisor.simulate(sender, name, text)
    return done('')
  },
  'config.open': async () => {
    const exists = await stat(paths.config).then(
      () => true,
      () => false,
    )
    // Where there is no config yet the folder is shown, so that the owner sees where it belongs.
    const problem = await shell.openPath(exists ? paths.config : dirname(paths.config))
    return problem === '' ? done('') : done(`Open it yourself: ${paths.config}`)
  },
})
