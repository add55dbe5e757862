import { ipcMain, type WebContents } from 'electron'
import type { z } from 'zod'
import {
  type CallChannel,
  type CommandResult,
  calls,
  type EventChannel,
  type InputOf,
  isCallChannel,
  type OutputOf,
  type PayloadOf,
} from '../shared/contracts/bridge.ts'
import { toErrorView } from '../shared/domain/error.ts'
import { APP_ORIGIN } from './app-scheme.ts'

/** What each call of the window does. */
export type Handlers = { readonly [K in CallChannel]: (input: InputOf<K>) => Promise<OutputOf<K>> }

/** No input of the contract is longer than this once it is JSON: the simulator's text is the longest. */
const MAX_INPUT_CHARS = 64 * 1024

/** Whether a call comes from the window's own top frame, showing the app's own page. */
const isOurs = (contents: WebContents, event: Electron.IpcMainInvokeEvent): boolean => {
  try {
    const frame = event.senderFrame
    return (
      event.sender === contents &&
      frame !== null &&
      frame === contents.mainFrame &&
      frame.origin === APP_ORIGIN
    )
  } catch {
    // The page died after it had called, and Electron throws for a frame that is gone: nobody's call.
    return false
  }
}

const refused = (error: unknown): CommandResult => ({ ok: false, error: toErrorView(error) })

/** The contract's calls as a map from each channel to its own input: so that an input fits its handler. */
const inputs: {
  readonly [K in CallChannel]: { readonly kind: string; readonly input: z.ZodType<InputOf<K>> }
} = calls

/** Parses the raw input of one call and hands it to its handler. */
const callHandler = async <K extends CallChannel>(
  channel: K,
  handlers: Handlers,
  raw: unknown,
): Promise<OutputOf<K> | CommandResult> => {
  if ((JSON.stringify(raw) ?? '').length > MAX_INPUT_CHARS) throw new Error(`${channel}: input too large`)
  const { kind, input } = inputs[channel]
  const parsed = input.safeParse(raw)
  if (!parsed.success) throw new Error(`${channel}: input does not fit the contract`)
  const answer = handlers[channel](parsed.data)
  return kind === 'command' ? answer.catch(refused) : answer
}

/**
 * Connects the contract's calls to `handlers`, for one window. A call from anywhere else is rejected,
 * an input that does not parse is rejected before the handler sees it, and a command that throws
 * answers with the product's own error, so that the screen can show it.
 */
export const routeCalls = (contents: WebContents, handlers: Handlers): void => {
  for (const channel of Object.keys(calls).filter(isCallChannel)) {
    ipcMain.handle(channel, async (event, raw: unknown) => {
      if (!isOurs(contents, event)) throw new Error(`${channel}: refused, not the app's own page`)
      return callHandler(channel, handlers, raw)
    })
  }
}

/** Sends an event of the contract to the window, unless it or its page is gone: a page asks for the state anew. */
export const sendEvent = <K extends EventChannel>(
  contents: WebContents,
  channel: K,
  payload: PayloadOf<K>,
): void => {
  if (contents.isDestroyed() || contents.isCrashed()) return
  try {
    contents.send(channel, payload)
  } catch {
    // Between a crash and its report the frame is gone already. What runs in main does not fail for it.
  }
}
