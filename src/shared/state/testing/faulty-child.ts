// Test support, a program of its own: does one change of a store, and fails or dies at its n-th file operation.
// argv: fault (`kill`, or an errno name), n, state directory, what to do, its argument, now, the provider.
// Prints {done, operations, error?} unless it was killed.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [fault = 'kill', nth = '0', root = '', what = '', argument = '', now = '0', of = ''] =
  process.argv.slice(2)

let operations = 0
let armed = false

type Operation = (...args: readonly unknown[]) => unknown

/** Operations that a full or read-only disk refuses; reading, closing and removing go on working there. */
const WRITES = new Set(['open', 'writeFile', 'sync', 'rename', 'mkdir', 'utimes'])

const failure = (): Error => Object.assign(new Error(`${fault}: injected`), { code: fault })

const due = (name: string): boolean => {
  if (!armed || (fault !== 'kill' && !WRITES.has(name))) return false
  operations += 1
  return operations === Number(nth)
}

const wrap = (target: object, name: string, form: 'promise' | 'callback'): void => {
  const original: unknown = Reflect.get(target, name)
  if (typeof original !== 'function') throw new Error(`no operation ${name}`)
  const wrapped: Operation = function wrapped(this: unknown, ...args) {
    const call = (with_: readonly unknown[]): unknown => Reflect.apply(original, this, with_)
    // Opening to read never fails for want of space.
    const reads = name === 'open' && args[1] !== 'wx'
    if ((fault !== 'kill' && reads) || !due(name)) return call(args)
    if (fault === 'kill') {
      // A write that is cut off leaves a part of the text.
      if (name === 'writeFile' && typeof args[0] === 'string') {
        return Promise.resolve(call([args[0].slice(0, args[0].length / 2)])).then(() =>
          process.kill(process.pid, 'SIGKILL'),
        )
      }
      process.kill(process.pid, 'SIGKILL')
    }
    if (form === 'promise') return Promise.reject(failure())
    const callback = args.at(-1)
    return typeof callback === 'function' ? callback(failure()) : undefined
  }
  Reflect.set(target, name, wrapped)
}

const probe = await fs.promises.open(join(tmpdir(), `clawdbot-probe-${String(process.pid)}`), 'w')
const handle: object = Object.getPrototypeOf(probe)
await probe.close()
await fs.promises.unlink(join(tmpdir(), `clawdbot-probe-${String(process.pid)}`))
for (const name of ['open', 'rename', 'unlink', 'rmdir', 'mkdir', 'stat']) wrap(fs.promises, name, 'promise')
for (const name of ['writeFile', 'sync', 'read']) wrap(handle, name, 'promise')
for (const name of ['mkdir', 'rmdir', 'stat', 'utimes']) wrap(fs, name, 'callback')
syncBuiltinESMExports()

const { resolveStatePaths } = await import('../state-dir.ts')
const { approveByCode, denyRequest, requestPairing } = await import('../pairing-store.ts')
const { removeApproved } = await import('../allow-store.ts')
const { parseSenderId } = await import('../../domain/identity.ts')
const { parseProvider } = await import('../../domain/provider.ts')
await import('proper-lockfile')

const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, '/nowhere')
const provider = parseProvider(of) ?? 'telegram'
const person = parseSenderId(provider, argument)

const act = async (): Promise<unknown> => {
  if (what === 'approve') return approveByCode(paths, provider, argument, Number(now))
  if (person === undefined) throw new Error(`not an id: ${argument}`)
  if (what === 'revoke') return removeApproved(paths, provider, person)
  if (what === 'deny') return denyRequest(paths, provider, { sender: person }, Number(now))
  return requestPairing(paths, provider, person, { username: 'x' }, Number(now), {
    answer: true,
    silent: false,
  })
}

armed = true
const report = await act().then(
  () => ({ done: true }),
  (error: unknown) => ({
    done: false,
    error: error instanceof Error && 'code' in error ? error.code : String(error),
  }),
)
armed = false
process.stdout.write(JSON.stringify({ ...report, operations }))
