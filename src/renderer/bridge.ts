import type {
  BridgeApi,
  CallChannel,
  CommandResult,
  EventChannel,
  InputOf,
  OutputOf,
  PayloadOf,
} from '../shared/contracts/bridge.ts'

declare global {
  interface Window {
    /** Put there by the preload; missing only where the app is built wrongly. */
    readonly clawdbot?: BridgeApi
  }
}

/** The product's own error as it crosses the bridge. */
export type BridgeError = Extract<CommandResult, { readonly ok: false }>['error']

/** The channels that answer with a CommandResult. */
export type CommandChannel = {
  [K in CallChannel]: OutputOf<K> extends CommandResult ? K : never
}[CallChannel]

/** Calls main. Rejects where main refused the call itself, or where there is no bridge. */
export const callMain = <K extends CallChannel>(channel: K, input: InputOf<K>): Promise<OutputOf<K>> =>
  window.clawdbot ? window.clawdbot.call(channel, input) : Promise.reject(new Error(NO_BRIDGE))

/** Listens to an event of main; returns how to stop listening. */
export const onMain = <K extends EventChannel>(
  channel: K,
  listener: (payload: PayloadOf<K>) => void,
): (() => void) => (window.clawdbot ? window.clawdbot.on(channel, listener) : () => undefined)

const NO_BRIDGE = 'this window has no connection to the app'

/** What a rejected call means to the owner. */
export const toBridgeError = (thrown: unknown): BridgeError => ({
  code: 'internal',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  hint: 'Restart Clawdbot. If it stays, run `clawdbot status` in a terminal.',
})
