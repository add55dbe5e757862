// libsignal writes whole sessions, private keys included, to the console. The product replaces the console before it
// loads Baileys; a test that runs phones in its own process needs only these lines gone, and keeps its own.
const NOISE =
  /^(?:Closing session|Opening session|Session already|Removing old closed session|Closing open session|Migrating session|Decrypted message with closed session|Failed to decrypt message|Session error)/

let isQuiet = false

/** Drops libsignal's own lines from this process' console. Idempotent. */
export const quietLibsignal = (): void => {
  if (isQuiet) return
  isQuiet = true
  for (const method of ['info', 'warn', 'error'] as const) {
    const write = console[method].bind(console)
    console[method] = (...args: unknown[]) => {
      if (typeof args[0] !== 'string' || !NOISE.test(args[0])) write(...args)
    }
  }
}
