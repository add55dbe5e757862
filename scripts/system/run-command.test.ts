import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { diesWithParent, exitCode } from './run-command.ts'

const withDisplay = join(import.meta.dirname, '..', 'with-display.ts')

describe('the exit code', () => {
  test('is the one of the command', () => {
    expect(exitCode(7, null)).toBe(7)
  })

  test('of a command that a signal ended is 128 and its number', () => {
    expect(exitCode(null, 'SIGTERM')).toBe(143)
  })
})

test('only Linux ties a command to its parent', () => {
  expect(diesWithParent('linux', 'a', ['b'])).toEqual(['setpriv', '--pdeathsig', 'TERM', 'a', 'b'])
  expect(diesWithParent('darwin', 'a', ['b'])).toEqual(['a', 'b'])
})

/** Resolves with the number that the command prints: its process id. */
const printedPid = async (child: ChildProcess): Promise<number> => {
  if (child.stdout === null) throw new Error('no stdout')
  const [chunk] = await once(child.stdout, 'data')
  return Number(String(chunk))
}

const waiting = (onSignal: string): string =>
  `${onSignal}; console.log(process.pid); setInterval(() => {}, 1000)`

describe.skipIf(process.platform === 'win32')('a command that is run', () => {
  const running: ChildProcess[] = []

  /** Runs a piece of JavaScript under with-display, on a display that is taken for granted. */
  const start = (code: string): ChildProcess => {
    const child = spawn(process.execPath, [withDisplay, process.execPath, '-e', code], {
      env: { ...process.env, DISPLAY: ':0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.push(child)
    return child
  }

  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
  })

  test('gives its exit code', async () => {
    expect(await once(start('process.exit(7)'), 'exit')).toEqual([7, null])
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'gets %s once, and may end in its own way',
    async (signal) => {
      const child = start(
        waiting(
          `let n = 0; process.on('${signal}', () => { n += 1; setImmediate(() => process.exit(40 + n)) })`,
        ),
      )
      await printedPid(child)
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([41, null])
    },
  )

  test.runIf(process.platform === 'linux')('does not outlive a wrapper that was killed -9', async () => {
    const child = start(waiting(''))
    await printedPid(child)
    child.kill('SIGKILL')
    // The command holds the other end of the pipe to its stdout: that closes when the command is gone.
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
  })
})
