import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HELPER_VERSION } from '../../../shared/contracts/helper.ts'
import { outcome, startTestBox, type TestBox } from './testing/test-box.ts'

let box: TestBox
beforeAll(async () => {
  box = await startTestBox({ docker: { env: { GREETING: 'hello' } } })
})
afterAll(() => box.remove())

describe('a command in the sandbox', () => {
  it('is served by a helper that says hello first', () => {
    expect(box.hello).toEqual({ kind: 'hello', id: 0, version: HELPER_VERSION, workspace: '/workspace' })
  })

  it('gives its output by stream, and its exit code', async () => {
    const { end, frames } = await box.bash('echo out; echo err >&2; exit 3')
    expect(end).toMatchObject({ exitCode: 3, signal: null, timedOut: false, aborted: false, dropped: 0 })
    expect(new Map(frames.map(({ stream, bytes }) => [stream, bytes.toString()]))).toEqual(
      new Map([
        ['stdout', 'out\n'],
        ['stderr', 'err\n'],
      ]),
    )
  })

  it('tells the signal that ended it', async () => {
    expect((await box.bash('kill -SEGV $$')).end).toMatchObject({ exitCode: null, signal: 11 })
  })

  it('has a small environment: the box’s, its own, nothing of the helper’s', async () => {
    const lines = (await box.text('env', { env: { MINE: 'a b\n"c"' } })).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'HOME=/workspace',
        'TERM=dumb',
        'LANG=C.UTF-8',
        'GREETING=hello',
        'MINE=a b',
        '"c"',
        expect.stringMatching(/^PATH=\/usr\/local\/sbin:/),
      ]),
    )
    expect(lines.filter((line) => line.startsWith('CLAWDBOT'))).toEqual([])
  })

  it('takes an environment as it is: no name and no value of it is a word to the shell (CVE-2026-24763)', async () => {
    expect(await box.text('echo "$PATHS"', { env: { PATHS: '"; echo broken out; "' } })).toBe(
      '"; echo broken out; "',
    )
    for (const name of ['BASH_FUNC_echo%%', 'A B', 'X=Y', '', 'ü'])
      await expect(box.bash('echo', { env: { [name]: '() { :; }' } })).rejects.toThrow('bad_request')
  })

  it('starts where it is told to: in the workspace, below it, or anywhere in the box', async () => {
    await box.bash('mkdir -p below/here')
    expect(await box.text('pwd')).toBe('/workspace')
    expect(await box.text('pwd', { cwd: 'below/here' })).toBe('/workspace/below/here')
    expect(await box.text('pwd', { cwd: '/tmp' })).toBe('/tmp')
    await expect(box.bash('pwd', { cwd: 'nowhere' })).rejects.toThrow('not_found')
    await expect(box.bash('pwd', { cwd: 'a\0b' })).rejects.toThrow('bad_request')
  })

  it('is bash: arrays, quotes, heredocs, pipes, and lines counted as they were written', async () => {
    expect(await box.text('a=(1 "2 3"); echo "${a[1]}"')).toBe('2 3')
    expect(await box.text("cat <<'E'\n$x `y`\nE")).toBe('$x `y`')
    expect(await box.text('# a comment\necho ok # another')).toBe('ok')
    expect(await box.text('printf "b\\na\\n" | sort | head -1')).toBe('a')
    expect(await box.text('true\n\necho "line $LINENO"')).toBe('line 3')
    expect((await box.bash('if then')).end.exitCode).toBe(2)
  })

  it('has git, python, ripgrep, jq and curl, which work under the profile', async () => {
    await box.bash('mkdir tools && echo needle > tools/hay')
    expect(await box.text('rg -l needle tools')).toBe('tools/hay')
    expect(await box.text('echo \'{"a":[1,2]}\' | jq .a[1]')).toBe('2')
    expect(
      await box.text(
        'cd tools && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm first && git log --format=%s && git clone -q . ../cloned && git -C ../cloned status --short',
      ),
    ).toBe('first')
    expect(
      await box.text(
        "python3 -c \"import subprocess, threading, socket; t = threading.Thread(target=lambda: print(1)); t.start(); t.join(); print(subprocess.check_output(['echo', '2']).decode().strip()); print(socket.getaddrinfo('127.0.0.1', 80)[0][4][1]); print(len(socket.if_nameindex()))\"",
      ),
    ).toBe('1\n2\n80\n1')
    expect(
      await box.text(
        '(python3 -m http.server --bind 127.0.0.1 8123 -d tools >/dev/null 2>&1 &) ; until curl -sf http://localhost:8123/hay; do sleep 0.02; done',
      ),
    ).toContain('needle')
    expect(await box.text('mkfifo pipe && (echo through > pipe &) && cat pipe')).toBe('through')
  })

  it('reads nothing from anybody', async () => {
    expect((await box.bash('cat; echo over')).text).toBe('over\n')
  })

  it('runs beside others: twenty at once, each with its own output, folder and environment', async () => {
    const gate = 'until [ -e /workspace/go ]; do sleep 0.01; done'
    const all = Array.from({ length: 20 }, (_, at) =>
      box.text(`echo "$N $PWD"; ${gate}; echo "end $N"`, {
        env: { N: String(at) },
        cwd: at % 2 ? '/tmp' : '',
      }),
    )
    await box.bash('touch go')
    expect(await Promise.all(all)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${at} ${at % 2 ? '/tmp' : '/workspace'}\nend ${at}`),
    )
  })

  it('is refused where there are too many already, and the others go on', async () => {
    const all = await Promise.allSettled(Array.from({ length: 80 }, () => box.text('sleep 0.5; echo done')))
    const done = all.filter((one) => one.status === 'fulfilled')
    const refused = all.filter((one) => one.status === 'rejected')
    expect([done.length, refused.length]).toEqual([64, 16])
    expect(refused.every(({ reason }) => String(reason).includes('busy'))).toBe(true)
  })

  it('does not wait for what it leaves behind, which lives on until the box dies', async () => {
    const pid = await box.text('sleep 1000 & echo $!')
    expect(await box.text(`cat /proc/${pid}/comm`)).toBe('sleep')
    await box.bash('exit 0')
    expect(await box.text(`kill -0 ${pid} && echo lives; kill -9 ${pid}`)).toBe('lives')
  })

  it('leaves no zombies, also of orphans', async () => {
    await box.bash('for i in $(seq 50); do (setsid true &) ; done')
    const zombies = (): Promise<string> => box.text('grep -ls "^State:.Z" /proc/[0-9]*/status')
    while ((await zombies()) !== '');
    expect(await zombies()).toBe('')
  })
})

describe('the output of a command', () => {
  it('is whole where it fits', async () => {
    const { end, text } = await box.bash('seq 1 1000', { keepBytes: 4096 })
    expect([end.dropped, text]).toEqual([
      0,
      `${Array.from({ length: 1000 }, (_, at) => at + 1).join('\n')}\n`,
    ])
  })

  it('keeps its beginning and its end, and counts what is between', async () => {
    const { end, text } = await box.bash('seq 1 100000', { keepBytes: 1001 })
    const all = `${Array.from({ length: 100_000 }, (_, at) => at + 1).join('\n')}\n`
    expect(text).toBe(all.slice(0, 500) + all.slice(-501))
    expect(end.dropped).toBe(all.length - 1001)
  })

  it('is bounded whatever comes: a flood of 2 GB, byte by byte, of both streams in turn', async () => {
    const flood = await box.bash('yes | head -c 2000000000', { keepBytes: 4096 })
    expect([flood.text.length, flood.end.dropped]).toEqual([4096, 2_000_000_000 - 4096])
    const bytes = await box.bash(
      'python3 -c "import os\nfor i in range(60000): os.write(1 + i % 2, b\'x\')"',
      { keepBytes: 40_000 },
    )
    expect([bytes.text.length, bytes.end.dropped]).toEqual([40_000, 20_000])
    const memory = Number(/VmHWM:\s*(\d+)/.exec(await box.text('cat /proc/1/status'))?.[1])
    expect(memory).toBeLessThan(64 * 1024)
  })

  it('comes with every byte as it was: NUL, escape sequences, broken UTF-8', async () => {
    const { frames } = await box.bash("printf '\\0\\033[2J\\xff\\n'")
    expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(Buffer.from([0, 27, 91, 50, 74, 255, 10]))
  })
})

describe('requests that no helper can do', () => {
  it('a NUL in a command is a fault, and the helper lives on', async () => {
    expect(
      outcome(await box.ask({ op: 'bash', command: 'a\0b', cwd: '', env: {}, timeoutMs: 1, keepBytes: 2 })),
    ).toBe('bad_request')
    expect(await box.text('echo still here')).toBe('still here')
  })

  it('half a character is a fault', async () => {
    expect(outcome(await box.ask({ op: 'read', path: '\ud800', offset: 0, limit: 1 }))).toBe('bad_request')
  })

  it('an abort of nothing means nothing', async () => {
    box.send({ op: 'abort', id: 2 ** 31 })
    expect(await box.text('echo still here')).toBe('still here')
  })
})
