// Test support: a state directory with a config, a log, sessions and a stop to keep evidence of.
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StopResultView } from '../../../shared/contracts/stop-views.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { NOW, tempState } from '../../../shared/state/testing/temp-state.ts'
import { redactorOf } from '../../logs/redactor-of.ts'
import type { EvidenceOptions } from '../evidence/collect-evidence.ts'
import { incidentFolder, incidentName } from '../incident-name.ts'
import { type EvidenceKept, keepEvidence } from '../keep-evidence.ts'

export const SESSION = '0f0e0d0c-1111-4222-8333-444455556666'
export const AT = NOW
export const INCIDENT = incidentName(AT)

export const RESULT: StopResultView = {
  latchMs: 4.2,
  frozenMs: 12,
  deadMs: 30.5,
  containersDeadMs: 80,
  verifiedMs: 95,
  killed: 2,
  containers: { found: 1, frozen: 1, dead: 1 },
  survivors: [],
  latchError: null,
  containersError: null,
  recordError: null,
  steps: [
    { at: 4.2, what: 'latched' },
    { at: 95, what: 'verified' },
  ],
}

export interface IncidentWorld {
  readonly paths: StatePaths
  readonly logFile: string
  readonly log: (...lines: readonly string[]) => Promise<void>
  readonly index: (entries: Readonly<Record<string, unknown>>) => Promise<void>
  readonly transcript: (sessionId: string, ...lines: readonly string[]) => Promise<string>
  readonly journal: (...lines: readonly string[]) => Promise<void>
  readonly keep: (more?: Partial<EvidenceOptions>) => Promise<EvidenceKept>
  /** A file of the evidence. */
  readonly read: (name: string) => Promise<string>
  readonly names: () => Promise<readonly string[]>
}

const append = async (path: string, lines: readonly string[]): Promise<void> => {
  await appendFile(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
}

export const incidentWorld = async (secrets: readonly string[] = []): Promise<IncidentWorld> => {
  const paths = await tempState()
  const logFile = join(paths.root, 'logs', 'clawdbot.log')
  await mkdir(join(paths.root, 'logs'))
  await writeFile(paths.config, '{}')
  const folder = incidentFolder(paths, INCIDENT)
  return {
    paths,
    logFile,
    log: (...lines) => append(logFile, lines),
    index: (entries) => writeFile(join(paths.sessions, 'sessions.json'), JSON.stringify(entries)),
    async transcript(sessionId, ...lines) {
      const file = join(paths.sessions, `${sessionId}.jsonl`)
      await append(file, lines)
      return file
    },
    journal: (...lines) => append(join(paths.gateway, 'inbox.jsonl'), lines),
    keep: (more = {}) =>
      keepEvidence({
        paths,
        incident: INCIDENT,
        at: AT,
        by: 'app',
        reason: 'it wrote to a stranger',
        result: RESULT,
        before: { processes: [], containers: [] },
        logFile,
        redact: redactorOf(secrets),
        now: () => AT + 100,
        ...more,
      }),
    read: (name) => readFile(join(folder, name), 'utf8'),
    names: () => readdir(folder),
  }
}

export const logLine = (message: string, level = 'INFO'): string =>
  JSON.stringify({
    time: new Date(AT - 1_000).toISOString(),
    0: message,
    _meta: { logLevelName: level },
  })

export const header = (sessionId: string): string =>
  JSON.stringify({ type: 'session', version: 3, id: sessionId, timestamp: iso(AT), cwd: '/' })

export const said = (role: 'user' | 'assistant', text: string, id = '00000001'): string =>
  JSON.stringify({
    type: 'message',
    id,
    parentId: null,
    timestamp: iso(AT - 5_000),
    message: { role, content: [{ type: 'text', text }] },
  })

export const accepted = (eventId: string, session: string, text: string): string =>
  JSON.stringify({
    t: 'accepted',
    eventId,
    otherIds: [],
    provider: 'telegram',
    sender: '42',
    session,
    trust: 'friend',
    chatId: '42',
    text,
    forwarded: false,
    claims: {},
    sentAt: AT - 3_000,
    acceptedAt: AT - 2_000,
    entryId: '0000000a',
  })

const iso = (time: number): string => new Date(time).toISOString()
