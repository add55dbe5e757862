import { useRef, useState } from 'react'
import type { InputOf } from '../../shared/contracts/bridge.ts'
import { type BridgeError, type CommandChannel, callMain, toBridgeError } from '../bridge.ts'
import { showDone, showError } from './toasts.tsx'

export interface Command<K extends CommandChannel> {
  /** Runs it; true when main has done it. Does nothing, and answers false, while it runs already. */
  readonly run: (input: InputOf<K>) => Promise<boolean>
  readonly pending: boolean
}

/**
 * One command of the window: an error stands in a toast with what to do next, and what was done is said
 * unless the screen shows it anyway (`quiet`).
 */
export const useCommand = <K extends CommandChannel>(
  channel: K,
  mode: 'tell' | 'quiet' = 'tell',
): Command<K> => {
  const [pending, setPending] = useState(false)
  const running = useRef(false)
  const run = async (input: InputOf<K>): Promise<boolean> => {
    if (running.current) return false
    running.current = true
    setPending(true)
    const outcome = await runCommand(channel, input)
    running.current = false
    setPending(false)
    if (!outcome.ok) showError(outcome.error)
    else if (mode === 'tell' && outcome.note !== '') showDone(outcome.note)
    return outcome.ok
  }
  return { run, pending }
}

type Outcome =
  | { readonly ok: true; readonly note: string }
  | { readonly ok: false; readonly error: BridgeError }

/** Calls main; a call that main refused or never got is an outcome like any other. */
export const runCommand = async <K extends CommandChannel>(
  channel: K,
  input: InputOf<K>,
): Promise<Outcome> => {
  try {
    return await callMain(channel, input)
  } catch (thrown) {
    return { ok: false, error: toBridgeError(thrown) }
  }
}
