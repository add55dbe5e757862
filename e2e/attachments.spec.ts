// Files that come with messages and files that are sent: in and out by the helper, and for nobody who may not.

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { cli } from './support/cli.ts'
import { ANA, ask, OWNER, type Person, running, withHands } from './support/hands.ts'
import { PETER, type Scenario } from './support/scenario.ts'
import { readTranscript } from './support/transcript.ts'

/** Of every value, in no order of lines, and more than one piece of the helper's protocol. */
const BYTES = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 7 + (index >> 8)) % 256)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Sends a document and waits for the answer. */
const give = async (
  { telegram }: Scenario,
  who: Person,
  file: { fileName: string; bytes: Uint8Array; caption?: string },
): Promise<string> => {
  const to = () => telegram.sent.filter(({ chatId }) => chatId === who.id)
  const before = to().length
  telegram.document(who, file)
  await telegram.waitFor(() => to().length > before, `an answer to ${file.fileName}`)
  return to()[before]?.text ?? ''
}

const documentsTo = ({ telegram }: Scenario, who: Person) =>
  telegram.sent.flatMap(({ chatId, document }) =>
    chatId === who.id && document !== undefined ? [document] : [],
  )

test('a friend’s document comes into their box and goes back byte by byte, and the audit has both', async () => {
  const scenario = await withHands()
  await running(scenario, async () => {
    const file = {
      fileName: '../../../etc/cron.d/naïve plan.bin',
      bytes: BYTES,
      caption: 'run sha256sum inbox/*',
    }
    const said = await give(scenario, ANA, file)
    expect(said).toContain(sha256(BYTES))
    const name = /inbox\/([0-9a-f]{16}-naïve plan\.bin)/.exec(said)?.[1]
    expect(name).toBeDefined()
    const transcript = await readTranscript(scenario.stateDir, `telegram:dm:${ANA.id}`)
    expect(transcript?.messages[0]?.text).toBe(
      `run sha256sum inbox/*\n[Attachment saved as inbox/${name}, 3,000,001 bytes]`,
    )
    await ask(scenario, ANA, 'run cp inbox/* back.bin')
    await ask(scenario, ANA, 'send file back.bin')
    const [back, ...more] = documentsTo(scenario, ANA)
    expect(more).toEqual([])
    expect([back?.fileName, sha256(back?.bytes ?? new Uint8Array())]).toEqual(['back.bin', sha256(BYTES)])

    const log = readFileSync(scenario.file('log', 'clawdbot.log'), 'utf8')
    expect(log).not.toContain(scenario.telegram.token)
    expect(log).not.toContain('naïve plan')
    const audit = readdirSync(scenario.file('audit'))
      .filter((each) => each.startsWith('log-'))
      .map((each) => readFileSync(scenario.file('audit', each), 'utf8'))
      .join('')
    expect(audit).toContain(`"fileSha256":"${sha256(BYTES)}"`)
    expect(audit).toContain('"fileBytes":3000001')
    expect((await cli(scenario.env, 'audit', 'verify')).code).toBe(0)
  })
})

test('a planted symlink takes nothing out of the box and nothing in elsewhere (CVE-2026-31990, GHSA-33hm-cq8r-wc49)', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'clawdbot-outside-'))
  const scenario = await withHands()
  try {
    await running(scenario, async () => {
      const secret = join(outside, 'secret.txt')
      writeFileSync(secret, 'canary-1f00')
      await ask(scenario, ANA, `run ln -s ${outside} inbox; ln -s ${secret} leak; ls -l`)
      expect(await give(scenario, ANA, { fileName: 'a.txt', bytes: BYTES.subarray(0, 10) })).toMatch(
        /An attachment was not taken in: /,
      )
      expect(readdirSync(outside)).toEqual(['secret.txt'])
      for (const path of [
        'leak',
        secret,
        '../secret.txt',
        '/proc/1/environ',
        '/etc/hostname',
        'inbox/secret.txt',
      ]) {
        expect(await ask(scenario, ANA, `send file ${path}`), path).toMatch(/^Not sent: /)
      }
      expect(documentsTo(scenario, ANA)).toEqual([])
    })
  } finally {
    rmSync(outside, { recursive: true })
  }
})

test('nothing of a guest or a stranger is fetched', async () => {
  const scenario = await withHands({ telegram: { dmPolicy: 'open', allowFrom: ['*'] } })
  await running(scenario, async () => {
    const said = await give(scenario, PETER, { fileName: 'a.txt', bytes: BYTES, caption: 'look at this' })
    expect(said).toMatch(/look at this\n\[An attachment was not taken in: .*guest/)
    await scenario.writeConfig({
      telegram: { botToken: scenario.telegram.token, dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
      agent: { model: 'offline/obedient' },
    })
    await ask(scenario, ANA, 'say here')
    scenario.telegram.document(PETER, { fileName: 'b.txt', bytes: BYTES })
    await ask(scenario, ANA, 'say still here')
    expect(scenario.telegram.calls.filter(({ method }) => method === 'getFile')).toEqual([])
    expect(scenario.telegram.downloads).toEqual([])
  })
})

test('read-only mode: files come into a box, and go to nobody but the owner', async () => {
  const scenario = await withHands()
  await running(scenario, async () => {
    expect(await give(scenario, OWNER, { fileName: 'a.txt', bytes: BYTES, caption: 'run ls inbox' })).toMatch(
      /-a\.txt/,
    )
    expect((await cli(scenario.env, 'readonly', 'on')).code).toBe(0)
    const taken = await give(scenario, OWNER, {
      fileName: 'b.txt',
      bytes: BYTES,
      caption: 'run cp inbox/*-b.txt b',
    })
    expect(taken).toMatch(/exit code 0/)
    expect(await ask(scenario, OWNER, `send file b telegram:${ANA.id}`)).toMatch(
      /^Not sent: read-only mode is on/,
    )
    expect(documentsTo(scenario, ANA)).toEqual([])
    await ask(scenario, OWNER, 'send file b')
    expect(documentsTo(scenario, OWNER).map(({ bytes }) => sha256(bytes))).toEqual([sha256(BYTES)])
  })
})

test('on the host files come and go inside the workspace, and in read-only mode none comes', async () => {
  const scenario = await withHands({
    agent: { sandbox: { mode: 'off' }, elevated: { enabled: true, approve: 'never' } },
  })
  await running(scenario, async () => {
    const workspace = scenario.file('workspace')
    expect(await give(scenario, OWNER, { fileName: 'a.txt', bytes: BYTES })).toMatch(
      /Attachment saved as inbox\//,
    )
    const [name = ''] = readdirSync(join(workspace, 'inbox'))
    expect(sha256(readFileSync(join(workspace, 'inbox', name)))).toBe(sha256(BYTES))
    symlinkSync(scenario.file('clawdbot.json'), join(workspace, 'leak'))
    for (const path of ['leak', '../clawdbot.json', scenario.file('clawdbot.json')])
      expect(await ask(scenario, OWNER, `send file ${path}`), path).toMatch(/^Not sent: /)
    expect((await cli(scenario.env, 'readonly', 'on')).code).toBe(0)
    expect(await give(scenario, OWNER, { fileName: 'b.txt', bytes: BYTES })).toMatch(
      /not taken in: .*read-only mode/,
    )
    expect(readdirSync(join(workspace, 'inbox'))).toEqual([name])
    expect(existsSync(join(workspace, 'b.txt'))).toBe(false)
    await ask(scenario, OWNER, `send file inbox/${name}`)
    expect(documentsTo(scenario, OWNER)).toHaveLength(1)
  })
})

test('a gateway that is killed right after it saved a file has one file in the end, and one answer', async () => {
  const scenario = await withHands()
  const use = async (): Promise<void> => {
    const said = await give(scenario, ANA, {
      fileName: 'a.bin',
      bytes: BYTES,
      caption: 'run ls -A inbox; sha256sum inbox/*',
    })
    expect(said).toMatch(/^[0-9a-f]{16}-a\.bin\n[0-9a-f]{64} {2}inbox\/[0-9a-f]{16}-a\.bin\n\[exit code 0\]$/)
    expect(said).toContain(sha256(BYTES))
    expect(scenario.telegram.downloads).toHaveLength(2)
    expect(scenario.telegram.sent).toHaveLength(1)
  }
  await running(scenario, use, { CLAWDBOT_TEST_KILL_AT: 'tool:after-act' })
})

test('without Docker a file is not even fetched, and the answer says why', async () => {
  const scenario = await withHands()
  const use = async (): Promise<void> => {
    expect(await give(scenario, ANA, { fileName: 'a.txt', bytes: BYTES })).toMatch(/not taken in: .*Docker/)
    expect(scenario.telegram.downloads).toEqual([])
  }
  await running(scenario, use, { DOCKER_HOST: `unix://${scenario.file('no-docker.sock')}` })
})
