import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DEFAULT_LIMITS } from '../../../shared/state/config/limits.ts'
import { createEngineClient } from '../../docker/engine-client.ts'
import { startTestBox, type TestBox } from './testing/test-box.ts'

/** Twelve that ignore signals, each in a session of its own, an orphan, without an environment. */
const RUNAWAYS = `
import os, signal, sys
for number in range(12):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT): signal.signal(one, signal.SIG_IGN)
            os.execve('/usr/bin/sleep', ['runaway', '1000'], {})
        os._exit(0)
`

/** How many processes of that name there are in the box. */
const count = async (box: TestBox, name: string): Promise<number> =>
  Number(
    await box.text(
      `n=0; for f in /proc/[0-9]*/cmdline; do case "$(tr '\\0' ' ' < $f 2>/dev/null)" in "${name} "*) n=$((n+1));; esac; done; echo $n`,
    ),
  )

const appear = async (box: TestBox, name: string, wanted: number): Promise<void> => {
  while ((await count(box, name)) !== wanted);
}

/** Nothing but its first process runs in it: asked of Docker, because the helper can tell nobody anything. */
const emptied = async (container: string): Promise<void> => {
  const docker = createEngineClient(process.env, { signal: new AbortController().signal, holds: 'process' })
  const path = `/containers/${container}/top`
  let seen = 0
  for (;;) {
    const answer = await docker.ask({ method: 'GET', path, within: 10_000 })
    if (answer.kind !== 'answer') throw new Error(answer.why)
    const now = topOf.parse(JSON.parse(answer.body)).Processes.length
    if (now === 1 && seen > 1) return
    seen = Math.max(seen, now)
  }
}
const topOf = z.object({ Processes: z.array(z.array(z.string())) })

describe.each([
  ['', {}],
  [
    ' whose limits leave no room for our marks',
    { ulimits: { ...DEFAULT_LIMITS.ulimits, locks: { soft: 9, hard: 9 } } },
  ],
])('the end of a command%s', (_, docker) => {
  let box: TestBox
  beforeAll(async () => {
    box = await startTestBox({ docker })
    await box.write('runaways.py', RUNAWAYS)
  })
  afterAll(() => box.remove())
  afterEach(async () => {
    await box.bash(
      'for p in /proc/[0-9]*; do p=${p#/proc/}; [ $p = 1 ] || [ $p = $$ ] || kill -9 $p; done 2>/dev/null',
    )
  })

  it('by timeout takes all that it started: 12 that ignore SIGTERM, left the session, are orphans, have no environment', async () => {
    const { id, ran } = box.begin('python3 runaways.py; sleep 1000')
    await appear(box, 'runaway', 12)
    box.send({ op: 'abort', id })
    expect((await ran).end).toMatchObject({ aborted: true, timedOut: false, exitCode: null, signal: 9 })
    expect(await count(box, 'runaway')).toBe(0)

    const { end } = await box.bash('python3 runaways.py; sleep 1000', { timeoutMs: 1500 })
    expect(end).toMatchObject({ aborted: false, timedOut: true, exitCode: null, signal: 9 })
    expect(await count(box, 'runaway')).toBe(0)
  })

  it('takes what has stopped itself, and a process whose first thread has ended', async () => {
    await box.write(
      'headless.py',
      "import ctypes, threading, time\nthreading.Thread(target=lambda: time.sleep(1000)).start()\nctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[__import__('os').uname().machine], 0)",
    )
    const { end } = await box.bash(
      'setsid -f python3 headless.py; setsid -f bash -c "kill -STOP \\$\\$"; sleep 1000',
      {
        timeoutMs: 1000,
      },
    )
    expect(end.timedOut).toBe(true)
    expect([await count(box, 'python3 headless.py'), await count(box, 'bash -c kill')]).toEqual([0, 0])
  })

  it('takes what shed its marks, and lets live what was there before', async () => {
    await box.bash('(setsid sleep 2001 >/dev/null 2>&1 &)')
    await appear(box, 'sleep 2001', 1)
    // A process says when it began in hundredths of a second.
    await box.bash('sleep 0.05')
    const { end } = await box.bash(
      '(ulimit -x 7; ulimit -m 7; exec env -i setsid bash -c "(sleep 2002 &)"); (ulimit -m 1; setsid sleep 2003 &); sleep 1000',
      { timeoutMs: 1000 },
    )
    expect(end.timedOut).toBe(true)
    expect([await count(box, 'sleep 2002'), await count(box, 'sleep 2003')]).toEqual([0, 0])
    expect(await count(box, 'sleep 2001')).toBe(1)
  })

  it('does not touch the commands beside it', async () => {
    const other = box.begin('setsid -w sleep 3001 & sleep 3002; echo not reached')
    await appear(box, 'sleep 3001', 1)
    expect((await box.bash('sleep 1000', { timeoutMs: 100 })).end.timedOut).toBe(true)
    expect([await count(box, 'sleep 3001'), await count(box, 'sleep 3002')]).toEqual([1, 1])
    box.send({ op: 'abort', id: other.id })
    expect((await other.ran).end.aborted).toBe(true)
    expect([await count(box, 'sleep 3001'), await count(box, 'sleep 3002')]).toEqual([0, 0])
  })

  it('comes also to a fork bomb, which leaves the others no process, and a sentence that says so', async () => {
    const bomb = box.begin('bomb() { bomb | bomb & }; bomb; sleep 1000', { timeoutMs: 3000 })
    let refusal = ''
    while (refusal === '') refusal = await box.bash('true').then(() => '', String)
    expect(refusal).toContain('the sandbox has as many as it may have')
    expect((await box.read('runaways.py')).answer.kind).toBe('read')
    expect((await bomb.ran).end.timedOut).toBe(true)
    expect(await box.text('echo free again')).toBe('free again')
  })

  it('comes to many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => box.bash('sleep 1000 & setsid sleep 1000', { timeoutMs: 300 })),
    )
    expect(all.every(({ end }) => end.timedOut)).toBe(true)
    expect(await count(box, 'sleep 1000')).toBe(0)
  })
})

describe('a command that daemonises beside one that times out', () => {
  it('keeps its daemon: marks tell whose an orphan is, whatever it says of itself', async () => {
    const box = await startTestBox()
    try {
      const other = box.begin('(env -i setsid sleep 4001 >/dev/null 2>&1 &); sleep 4002')
      await appear(box, 'sleep 4001', 1)
      await box.bash('(env -i setsid sleep 4003 &); sleep 1000', { timeoutMs: 500 })
      expect([await count(box, 'sleep 4001'), await count(box, 'sleep 4003')]).toEqual([1, 0])
      box.send({ op: 'abort', id: other.id })
      await other.ran
      expect(await count(box, 'sleep 4001')).toBe(0)
    } finally {
      await box.remove()
    }
  })
})

describe('a gateway that does not read', () => {
  it('holds up no timeout, and the helper keeps a bounded amount for it', async () => {
    const box = await startTestBox()
    try {
      const flood = { timeoutMs: 1500, keepBytes: 256 * 1024 }
      const all = Array.from({ length: 30 }, () => box.begin('yes; sleep 1000', flood))
      box.stall()
      await emptied(box.container)
      box.attached.stream.resume()
      for (const { ran } of all) expect((await ran).end.timedOut).toBe(true)
      const peak = Number(/VmHWM:\s*(\d+)/.exec(await box.text('cat /proc/1/status'))?.[1])
      expect(peak).toBeLessThan(96 * 1024)
    } finally {
      await box.remove()
    }
  })
})
