import type { Logger } from '../../../shared/log/logger.ts'
import { constantText } from './constant-text.ts'

let log: Logger | undefined

/**
 * Takes the console away from this process, for good: nothing that is said to it reaches stdout or stderr any more. libsignal
 * says whole sessions to it, with their private keys (research/providers.md 1.4). What reads like a constant sentence
 * goes to the log at debug, all else is dropped. Called again, it only changes the log.
 */
export const quietConsole = (to: Logger): void => {
  log = to
  for (const name of Object.keys(console)) {
    const method: unknown = Reflect.get(console, name)
    // What is a class, or says something about the inspector, writes nothing by itself.
    if (typeof method !== 'function' || name === 'Console' || name === 'context') continue
    Reflect.set(console, name, hear)
  }
}

const hear = (...said: readonly unknown[]): void => {
  const text = constantText(said[0])
  if (text !== undefined) log?.debug(text)
}
