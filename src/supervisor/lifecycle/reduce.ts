import { assertNever } from '../../shared/domain/assert-never.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { afterwards, failure, launch, leave, memory, running, stay } from './moves.ts'
import { type After, hasChild, type Lifecycle, type LifecycleEvent, type Step } from './state.ts'
import { onTick, onWoke } from './tick.ts'

/**
 * The whole life of the gateway process as a function. At most one child exists; a locked state launches
 * nothing, whatever happens; a failed one waits for its cure.
 */
export const reduce = (state: Lifecycle, event: LifecycleEvent): Step => {
  switch (event.type) {
    case 'start':
      return onStart(state, event.now)
    case 'stop':
      return onStop(state, event.now)
    case 'restart':
      return hasChild(state) ? leave(state, event.now, { kind: 'start' }, 'asked') : onStart(state, event.now)
    case 'facts-changed':
      return hasChild(state) && state.phase !== 'stopping'
        ? leave(state, event.now, { kind: 'start' }, 'asked')
        : stay(state)
    case 'config-broken':
      return onConfigBroken(state, event.now, event.error)
    case 'config-mended':
      return onConfigMended(state, event.now)
    case 'ready':
      return event.run === state.run && state.phase === 'starting'
        ? stay(running(state, event.now, 0))
        : stay(state)
    case 'pong':
      return event.run === state.run ? onPong(state, event.now) : stay(state)
    case 'fault':
      return event.run === state.run ? leave(state, event.now, afterFault(event), 'killed') : stay(state)
    case 'exited':
      return event.run === state.run ? onExited(state, event) : stay(state)
    case 'tick':
      return onTick(state, event.now)
    case 'woke':
      return onWoke(state, event.now)
    case 'lockdown':
      // No effect: STOP writes the latch before it kills, and does not leave that order to anybody else.
      return state.phase === 'locked'
        ? stay(state)
        : stay({ ...memory(state, event.now), phase: 'locked', child: hasChild(state) })
    case 'resume':
      return onResume(state, event.now)
    default:
      return assertNever(event)
  }
}

/** A start by the owner is a new beginning: what failed before does not count. */
const onStart = (state: Lifecycle, now: number): Step => {
  switch (state.phase) {
    case 'stopped':
    case 'backing-off':
    case 'failed':
      return launch({ ...state, attempt: 0, failures: [] }, now)
    case 'stopping':
      return stay({ ...state, after: { kind: 'start' } })
    case 'starting':
    case 'running':
    case 'unresponsive':
    case 'locked':
      return stay(state)
    default:
      return assertNever(state)
  }
}

const onStop = (state: Lifecycle, now: number): Step => {
  switch (state.phase) {
    case 'starting':
    case 'running':
    case 'unresponsive':
    case 'stopping':
      return leave(state, now, { kind: 'stop' }, 'asked')
    case 'backing-off':
    case 'failed':
      return stay({ ...memory(state, now), phase: 'stopped' })
    case 'stopped':
    case 'locked':
      return stay(state)
    default:
      return assertNever(state)
  }
}

/** Without a valid config nobody knows who may talk to the agent: it stops. */
const onConfigBroken = (state: Lifecycle, now: number, error: ErrorView): Step => {
  switch (state.phase) {
    case 'starting':
    case 'running':
    case 'unresponsive':
      return leave(state, now, { kind: 'fail', error, cure: 'config' }, 'asked')
    case 'stopping':
      return state.after.kind === 'stop'
        ? stay(state)
        : stay({ ...state, after: { kind: 'fail', error, cure: 'config' } })
    case 'backing-off':
      return stay({ ...memory(state, now), phase: 'failed', error, cure: 'config' })
    case 'failed':
      return state.cure === 'config' ? stay({ ...state, error }) : stay(state)
    case 'stopped':
    case 'locked':
      return stay(state)
    default:
      return assertNever(state)
  }
}

const onConfigMended = (state: Lifecycle, now: number): Step => {
  if (state.phase === 'failed' && state.cure === 'config') return onStart(state, now)
  if (state.phase === 'stopping' && state.after.kind === 'fail' && state.after.cure === 'config') {
    return stay({ ...state, after: { kind: 'start' } })
  }
  return stay(state)
}

const afterFault = ({ error, cure }: Extract<LifecycleEvent, { type: 'fault' }>): After =>
  cure === null ? { kind: 'back-off', error } : { kind: 'fail', error, cure }

const onPong = (state: Lifecycle, now: number): Step => {
  if (state.phase === 'running') return stay({ ...state, lastPong: state.watched })
  if (state.phase === 'unresponsive') return stay(running(state, now, state.pings))
  return stay(state)
}

const onExited = (state: Lifecycle, event: Extract<LifecycleEvent, { type: 'exited' }>): Step => {
  switch (state.phase) {
    case 'starting':
    case 'running':
    case 'unresponsive':
      return event.cure === null
        ? failure(state, event, event.error)
        : stay({ ...memory(state, event.now), phase: 'failed', error: event.error, cure: event.cure })
    case 'stopping':
      return afterwards(state, state.after, event)
    case 'locked':
      return stay({ ...state, child: false })
    case 'stopped':
    case 'backing-off':
    case 'failed':
      return stay(state)
    default:
      return assertNever(state)
  }
}

const onResume = (state: Lifecycle, now: number): Step => {
  if (state.phase !== 'locked') return stay(state)
  if (!state.child) return stay({ ...memory(state, now), attempt: 0, failures: [], phase: 'stopped' })
  return {
    state: { ...memory(state, now), phase: 'stopping', after: { kind: 'stop' }, pressed: 'killed' },
    effects: [{ kind: 'kill' }],
  }
}
