// What the supervisor says when it can not do what it was asked.
import { ClawdbotError, type ErrorView } from '../shared/domain/error.ts'
import { SENDER_ID_HINT } from '../shared/domain/identity.ts'
import type { ProcessInfo } from './processes/process-info.ts'
import { UNSEEN } from './stop/kill/kill-all.ts'

export const errorOf = ({ code, message, hint }: ErrorView): ClawdbotError =>
  new ClawdbotError(code, message, hint)

export const noAnswer: ErrorView = {
  code: 'gateway_no_ack',
  message: 'the gateway did not acknowledge a change of people or rules in time and was killed',
  hint: 'The change is in force. The gateway is started again by itself.',
}

export const mayNotStop: ErrorView = {
  code: 'contract_violation',
  message: 'the gateway passed on a /stop of somebody who may not stop, and was killed',
  hint: 'It is started again by itself. Who may stop from a chat stands in stop.allowFrom.',
}

/** Whoever asks for a gateway while the supervisor is being closed. */
export const closing = (): ClawdbotError =>
  new ClawdbotError(
    'gateway_not_running',
    'Clawdbot is being closed: nothing starts any more',
    'Start Clawdbot again.',
  )

export const nobodyLetIn = (): ClawdbotError =>
  new ClawdbotError(
    'locked_down',
    'nobody is let in during a lockdown',
    'Resume first. Requests from before are void then, and the person writes again.',
  )

export const orphanLives = (survivors: readonly ProcessInfo[]): ClawdbotError =>
  survivors.includes(UNSEEN)
    ? new ClawdbotError(
        'already_running',
        'nobody can say whether a gateway of an earlier run still lives: the process table can not be read',
        'Start again; if that does not help, restart the machine. Two gateways would answer everything twice.',
      )
    : new ClawdbotError(
        'already_running',
        `a gateway of an earlier run can not be ended: process ${survivors.map(({ pid }) => pid).join(', ')}`,
        'End it by hand, or restart the machine. Two gateways would answer everything twice.',
      )

/** What the platform takes away from the promises. */
export const hostNotes = (platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32'
    ? [
        'Windows does not show the environment of processes: what left the gateway’s process tree is not found by STOP.',
      ]
    : []

export const notRunning = (): ClawdbotError =>
  new ClawdbotError('gateway_not_running', 'the gateway is not running', 'Start it, then say it again.')

export const auditBroken = (at: {
  readonly file: string
  readonly line: number
  readonly why: string
}): ClawdbotError =>
  new ClawdbotError(
    'audit_broken',
    `the audit does not fit at ${at.file}, line ${at.line}: ${at.why}`,
    'Somebody or something has changed it. Keep a copy, then run `clawdbot audit repair` to begin a new chain.',
  )

export const noSimulatorId = (): ClawdbotError =>
  new ClawdbotError(
    'sender_invalid',
    'nobody of the simulator has such an id',
    `It has to be ${SENDER_ID_HINT.simulator}.`,
  )
