import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { secretForms } from '../../shared/redact/secret-forms.ts'
import { resolveStatePaths } from '../../shared/state/state-dir.ts'
import { tempFolder } from '../../shared/state/testing/temp-state.ts'
import { manifestForm } from './evidence/evidence-form.ts'
import { incidentFolder, incidentName, isIncidentName } from './incident-name.ts'
import {
  AT,
  accepted,
  INCIDENT,
  incidentWorld,
  logLine,
  RESULT,
  SESSION,
  said,
} from './testing/incident-world.ts'

const about = async (world: { read: (name: string) => Promise<string> }): Promise<readonly string[]> =>
  JSON.parse(await world.read('about.json')).notes

describe('the name of an incident', () => {
  it('is the second of the stop in UTC, and nothing that leads elsewhere is one', () => {
    expect(incidentName(Date.UTC(2026, 10, 22, 14, 3, 22, 999))).toBe('incident-2026-11-22-140322')
    expect(isIncidentName('incident-2026-11-22-140322-2')).toBe(true)
    for (const bad of [
      '',
      '.',
      '../incident-2026-11-22-140322',
      'incident-2026-11-22-140322/..',
      `${INCIDENT}\n`,
    ]) {
      expect(isIncidentName(bad)).toBe(false)
    }
  })
})

describe('the evidence of a stop', () => {
  it('is a private folder whose manifest names every file with its size and hash', async () => {
    const world = await incidentWorld()
    await world.log(logLine('hello'), logLine('careful', 'WARN'))
    const kept = await world.keep()
    const text = await world.read('manifest.json')
    const manifest = manifestForm.parse(JSON.parse(text))
    expect(manifest.incident).toBe(INCIDENT)
    expect(kept).toEqual({
      folder: incidentFolder(world.paths, INCIDENT),
      files: 8,
      manifestSha256: createHash('sha256').update(text).digest('hex'),
    })
    expect([...manifest.files.map(({ name }) => name), 'manifest.json'].toSorted()).toEqual(
      (await world.names()).toSorted(),
    )
    for (const { name, bytes, sha256 } of manifest.files) {
      const content = await readFile(join(kept.folder, name))
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256])
      expect((await stat(join(kept.folder, name))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(kept.folder)).mode & 0o777).toBe(0o700)
    expect(JSON.parse(await world.read('result.json'))).toEqual(RESULT)
    expect(JSON.parse(await world.read('timeline.json'))).toEqual(RESULT.steps)
    expect((await world.read('log-tail.jsonl')).split('\n')).toHaveLength(3)
    expect(JSON.parse(await world.read('about.json'))).toMatchObject({
      incident: INCIDENT,
      at: AT,
      by: 'app',
      reason: 'it wrote to a stranger',
      notes: [],
    })
  })

  it('names the sessions that wait for an answer or were used in the last day, and no word of them', async () => {
    const world = await incidentWorld()
    await world.index({
      main: { sessionId: SESSION, updatedAt: AT - 60_000 },
      'telegram:dm:7': { sessionId: SESSION.replace('0f', '1f'), updatedAt: AT - 8 * 86_400_000 },
      'telegram:dm:42': { sessionId: SESSION.replace('0f', '2f'), updatedAt: AT - 9 * 86_400_000 },
    })
    await world.journal(
      accepted('e1', 'telegram:dm:42', 'my private words'),
      accepted('e2', 'main', 'others'),
      '{"t":"done","eventId":"e2"}',
      accepted('e3', 'telegram:dm:99', 'a first message'),
      '{"t":"accepted","eventId":"torn',
    )
    await world.transcript(SESSION, said('user', 'more private words'))
    await world.log(logLine('hello'))
    await world.keep()
    const sessions: { key: string }[] = JSON.parse(await world.read('sessions.json'))
    expect(sessions).toEqual([
      { key: 'telegram:dm:99', sessionId: '', updatedAt: AT - 2_000, midTurn: true },
      { key: 'main', sessionId: SESSION, updatedAt: AT - 60_000, midTurn: false },
      {
        key: 'telegram:dm:42',
        sessionId: SESSION.replace('0f', '2f'),
        updatedAt: AT - 9 * 86_400_000,
        midTurn: true,
      },
    ])
    for (const name of await world.names())
      expect(await world.read(name)).not.toMatch(/private|first message/)
    expect(await about(world)).toEqual(['1 lines of the inbox journal can not be read.'])
  })

  it('has no secret in it, in none of the encodings in which one may stand', async () => {
    const secret = 'p4ss "word"/ü+~:x\\y'
    const world = await incidentWorld([secret])
    const forms = secretForms(secret)
    expect(forms.length).toBeGreaterThan(8)
    await writeFile(
      world.paths.config,
      JSON.stringify({
        telegram: { botToken: '123456789:AAE-test_token_of_thirty_characters' },
        models: {
          openai: { apiKey: 'plain-custom-key-1' },
          'openai-compatible': { baseUrl: 'https://me:hunter22@host/v1?k=v-1234567' },
        },
        telegarm: { botTokne: 'misspelt-custom-key' },
        agent: 'key-in-the-wrong-place',
        owner: { telegram: forms.slice(0, 4) },
      }),
    )
    await world.log(
      ...forms,
      ...forms.map((form) => logLine(form)),
      '-----BEGIN PRIVATE KEY-----',
      'MIIEvAIBADANBg',
      '-----END PRIVATE KEY-----',
    )
    await world.index(Object.fromEntries(forms.map((form) => [form, { sessionId: SESSION, updatedAt: AT }])))
    const command = forms.join(' ')
    await world.keep({
      reason: command,
      result: { ...RESULT, survivors: [{ kind: 'process', pid: 3, command }] },
      before: {
        processes: [{ pid: 2, parent: 1, group: 2, start: '1', hangs: false, command }],
        containers: forms.map((form) => ({
          id: 'a'.repeat(64),
          name: form,
          image: form,
          state: 'running',
          createdAt: AT,
          labels: { [form]: form },
        })),
      },
    })
    const others = [
      'plain-custom-key-1',
      'hunter22',
      'v-1234567',
      'misspelt',
      'wrong-place',
      'AAE-test_token',
      'MIIEvAIBADANBg',
    ]
    for (const name of await world.names()) {
      const text = await world.read(name)
      for (const form of [...forms, ...others]) expect(`${name}: ${text}`).not.toContain(form)
    }
    expect(JSON.parse(await world.read('config.json'))).toMatchObject({
      telegram: { botToken: expect.stringMatching(/^‹secret:[0-9a-f]{8}›$/) },
    })
  })

  it('is kept from a state directory that is hostile through and through', async () => {
    const world = await incidentWorld()
    const outside = await tempFolder()
    await writeFile(join(outside, 'private'), 'not for you\n')
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    await writeFile(world.paths.config, `{a:${deep}}`)
    await symlink(join(outside, 'private'), world.logFile)
    await writeFile(
      join(world.paths.sessions, 'sessions.json'),
      `{"__proto__":{"sessionId":"../../etc/passwd","updatedAt":9e99},"main":${deep},"x":{"sessionId":"a/b","updatedAt":${String(AT)}}}`,
    )
    await writeFile(join(world.paths.gateway, 'inbox.jsonl'), Buffer.alloc(20 * 1024 * 1024, 0xff))
    await world.keep()
    for (const name of await world.names()) expect(await world.read(name)).not.toContain('not for you')
    expect(JSON.parse(await world.read('sessions.json'))).toEqual([
      { key: 'x', sessionId: '', updatedAt: AT, midTurn: false },
    ])
    expect((await about(world)).join('\n')).toMatch(/The log .*links are not followed/)
    expect((await about(world)).join('\n')).toMatch(/inbox journal was not used/)
    expect((await about(world)).join('\n')).toMatch(/config was not kept/)
  })

  it('is kept where there is nothing to collect, and says what is missing', async () => {
    const world = await incidentWorld()
    await rm(world.paths.config)
    execFileSync('mkfifo', [join(world.paths.sessions, 'sessions.json')])
    await world.keep({ logFile: undefined })
    expect(await about(world)).toEqual([
      'Nobody could say where the log is.',
      'sessions.json was not used: it is not a regular file.',
      'The config was not kept: there is none: every setting had its default.',
    ])
    expect(await world.names()).not.toContain('config.json')
  })

  it('keeps the end of a large log, from the beginning of a line', async () => {
    const world = await incidentWorld()
    for (let part = 0; part < 5; part += 1) {
      await world.log(
        ...Array.from({ length: 1_000 }, (_, line) =>
          logLine(`${String(part)}-${String(line)} ${'x'.repeat(200)}`),
        ),
      )
    }
    await world.keep()
    const lines = (await world.read('log-tail.jsonl')).trimEnd().split('\n')
    expect(lines).toHaveLength(2_000)
    expect(lines[0]).toContain('"3-0 ')
    expect(lines.at(-1)).toContain('"4-999 ')
    expect(await about(world)).toEqual([`Of the log ${world.logFile} the last 2000 lines were kept.`])
  })

  it('is never put over the evidence of another stop, nor where a link leads', async () => {
    const world = await incidentWorld()
    await world.keep()
    const before = await world.read('manifest.json')
    await expect(world.keep({ reason: 'another' })).rejects.toMatchObject({ code: 'state_not_writable' })
    expect(await world.read('manifest.json')).toBe(before)
    const outside = await tempFolder()
    await symlink(outside, incidentFolder(world.paths, `${INCIDENT}-2`))
    await expect(world.keep({ incident: `${INCIDENT}-2` })).rejects.toMatchObject({
      code: 'state_not_writable',
    })
    await expect(world.keep({ incident: '../x' })).rejects.toMatchObject({ code: 'incident_unknown' })
    expect(await readdir(outside)).toEqual([])
  })
})

const mount = (...args: readonly string[]): boolean => {
  try {
    execFileSync(args[0] ?? '', args.slice(1), { stdio: 'ignore' })
    return true
  } catch {
    // No right to mount here: the test below is skipped.
    return false
  }
}

describe('on a full disk', () => {
  it('what still fits is kept with a note of what is missing, and where nothing fits that is said', async (context) => {
    const disk = await tempFolder()
    if (!mount('mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk)) context.skip()
    onTestFinished(() => void mount('umount', disk))
    const world = await incidentWorld()
    await world.log(
      ...Array.from({ length: 1_500 }, (_, line) => logLine(`${String(line)} ${'x'.repeat(300)}`)),
    )
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: disk }, '/nowhere')
    await mkdir(paths.incidents)
    const { files, folder } = await world.keep({ paths })
    const notes: readonly string[] = JSON.parse(await readFile(join(folder, 'about.json'), 'utf8')).notes
    expect(notes.join('\n')).toMatch(/log-tail\.jsonl could not be written: The disk is full/)
    expect(files).toBeLessThan(8)
    await writeFile(join(disk, 'fill'), Buffer.alloc(1024 * 1024)).catch(() => undefined)
    await expect(world.keep({ paths, incident: `${INCIDENT}-2` })).rejects.toMatchObject({
      code: 'disk_full',
    })
  })
})
