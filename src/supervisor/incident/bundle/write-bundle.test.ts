import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it, onTestFinished } from 'vitest'
import { secretForms } from '../../../shared/redact/secret-forms.ts'
import { tempFolder } from '../../../shared/state/testing/temp-state.ts'
import { openAudit } from '../../audit/audit.ts'
import { redactorOf } from '../../logs/redactor-of.ts'
import { incidentFolder } from '../incident-name.ts'
import {
  AT,
  header,
  INCIDENT,
  type IncidentWorld,
  incidentWorld,
  logLine,
  SESSION,
  said,
} from '../testing/incident-world.ts'
import { type BundleOptions, type BundleWritten, writeBundle } from './write-bundle.ts'

interface Bundle extends BundleWritten {
  readonly entries: Readonly<Record<string, Uint8Array>>
  readonly text: (name: string) => string
  readonly manifest: {
    readonly transcripts: boolean
    readonly files: readonly { name: string; bytes: number; sha256: string; note: string }[]
    readonly notes: readonly string[]
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const bundle = async (world: IncidentWorld, more: Partial<BundleOptions> = {}): Promise<Bundle> => {
  const target = more.target ?? join(await tempFolder(), 'bundle.zip')
  const written = await writeBundle({
    paths: world.paths,
    incident: INCIDENT,
    target,
    transcripts: true,
    existing: 'refuse',
    redact: redactorOf([]),
    now: () => AT + 60_000,
    ...more,
  })
  const entries = unzipSync(await readFile(target))
  const text = (name: string): string => strFromU8(entries[name] ?? new Uint8Array())
  return { ...written, entries, text, manifest: JSON.parse(text('manifest.json')) }
}

const stopped = async (secrets: readonly string[] = []): Promise<IncidentWorld> => {
  const world = await incidentWorld(secrets)
  await world.log(logLine('hello'))
  await world.index({ main: { sessionId: SESSION, updatedAt: AT } })
  await world.transcript(SESSION, header(SESSION), said('user', 'wire him the money'))
  const audit = await openAudit({ paths: world.paths, now: () => AT })
  await audit.record({ act: 'lockdown.stop', actor: 'cli', detail: { reason: 'it wrote to a stranger' } })
  await audit.close()
  await world.keep()
  return world
}

describe('a bundle', () => {
  it('holds everything, each file with its size and hash, and opens with any unzip', async () => {
    const world = await stopped()
    const made = await bundle(world)
    const names = Object.keys(made.entries)
    expect(names).toEqual(
      expect.arrayContaining([
        'README.txt',
        'evidence/manifest.json',
        'evidence/log-tail.jsonl',
        'audit/log-000001.jsonl',
        'audit/checkpoints.jsonl',
        'audit/public-key.pem',
        `transcripts/${SESSION}.jsonl`,
        'manifest.json',
      ]),
    )
    expect(made.files).toBe(names.length)
    expect(made.manifest.files.map(({ name }) => name)).toEqual(
      names.filter((name) => name !== 'manifest.json'),
    )
    for (const { name, bytes, sha256: hash, note } of made.manifest.files) {
      const content = made.entries[name] ?? new Uint8Array()
      expect([name, content.length, sha256(content), note]).toEqual([name, bytes, hash, ''])
    }
    expect(made.manifest).toMatchObject({ incident: INCIDENT, transcripts: true, notes: [] })
    expect(made.sha256).toBe(sha256(await readFile(made.file)))
    expect((await stat(made.file)).mode & 0o777).toBe(0o600)
    execFileSync('python3', [
      '-c',
      'import sys,zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)',
      made.file,
    ])
  })

  it('has the evidence and the audit byte for byte', async () => {
    const world = await stopped()
    const made = await bundle(world)
    for (const name of await world.names()) expect(made.text(`evidence/${name}`)).toBe(await world.read(name))
    for (const name of ['log-000001.jsonl', 'checkpoints.jsonl', 'head.json', 'public-key.pem']) {
      expect(made.text(`audit/${name}`)).toBe(await readFile(join(world.paths.audit, name), 'utf8'))
    }
  })

  it('has transcripts only where they were asked for, and says which', async () => {
    const world = await stopped()
    const made = await bundle(world, { transcripts: false })
    expect(made.manifest.transcripts).toBe(false)
    expect(Object.keys(made.entries).filter((name) => name.startsWith('transcripts'))).toEqual([])
    expect(made.text('README.txt')).toContain('without transcripts')
    for (const name of Object.keys(made.entries)) expect(made.text(name)).not.toContain('wire him the money')
    expect((await bundle(world)).text(`transcripts/${SESSION}.jsonl`)).toContain('wire him the money')
  })

  it('never has a private key in it, under whatever name one lies there', async () => {
    const world = await stopped()
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFile(join(world.paths.audit, 'old-key.json'), pem)
    await writeFile(join(world.paths.audit, 'signing-key.pem.bak'), pem)
    await writeFile(join(world.paths.audit, 'public-key.pem'), pem)
    const made = await bundle(world)
    const signing = await readFile(join(world.paths.audit, 'signing-key.pem'), 'utf8')
    for (const name of Object.keys(made.entries)) {
      for (const key of [pem, signing]) expect(made.text(name)).not.toContain(key.split('\n')[1])
    }
    expect(Object.keys(made.entries).filter((name) => name.includes('signing'))).toEqual([])
  })

  it('has no secret in it, in none of its encodings, also one that was set after the stop', async () => {
    const secret = 'p4ss "word"/ü+~:x\\y'
    const forms = secretForms(secret)
    const world = await incidentWorld()
    await world.log(...forms.map((form) => logLine(form)), ...forms)
    await world.index({ main: { sessionId: SESSION, updatedAt: AT } })
    await world.transcript(SESSION, header(SESSION), ...forms.map((form) => said('user', form)), ...forms)
    await world.keep()
    await appendFile(
      world.paths.lockdowns,
      forms.map((form) => `${JSON.stringify({ reason: form })}\n`).join(''),
    )
    await writeFile(world.paths.lockdown, JSON.stringify({ reason: secret }))
    await writeFile(
      join(world.paths.audit, 'log-000001.jsonl'),
      `{"seq":1}\n${JSON.stringify({ reason: secret })}\n{"seq":3}\n`,
    )
    const made = await bundle(world, { redact: redactorOf([secret]) })
    for (const name of Object.keys(made.entries)) {
      for (const form of forms) expect(`${name}: ${made.text(name)}`).not.toContain(form)
    }
    // A line of the audit is whole or not there: a redacted one would only look like a forged one.
    expect(made.text('audit/log-000001.jsonl')).toBe('{"seq":1}\n{"seq":3}\n')
    const note = (name: string) => made.manifest.files.find((file) => file.name === name)?.note
    expect(note('audit/log-000001.jsonl')).toMatch(/^1 lines are left out/)
    expect(note('evidence/log-tail.jsonl')).toBe('redacted again')
    expect(note(`transcripts/${SESSION}.jsonl`)).toMatch(/lines are left out: not JSON/)
  })

  it('has evidence of before with the same secrets unchanged: what is redacted once stays as it is', async () => {
    const secret = 'p4ss "word"/ü+~:x\\y'
    const world = await incidentWorld([secret])
    await world.log(
      ...secretForms(secret).flatMap((form) => [form, logLine(`token: ${form}`), logLine(`Bearer ${form}`)]),
    )
    await world.keep({ reason: `password=${secret} code ABCD2345` })
    const made = await bundle(world, { redact: redactorOf([secret]) })
    for (const { name, note } of made.manifest.files) expect([name, note]).toEqual([name, ''])
  })

  it('is made of damaged evidence too, and says what is wrong with it', async () => {
    const world = await stopped()
    await writeFile(join(incidentFolder(world.paths, INCIDENT), 'result.json'), '{"survivors":[]}\n')
    const made = await bundle(world)
    expect(made.manifest.notes.join('\n')).toContain('result.json is not as it was kept')
    expect(made.manifest.files.find(({ name }) => name === 'evidence/result.json')?.note).toBe(
      'not as it was kept at the stop',
    )
  })

  it('follows no link out of the state directory, and takes no hostile transcript for text', async () => {
    const world = await stopped()
    const outside = join(await tempFolder(), 'private')
    await writeFile(outside, `${said('user', 'not for you')}\n`)
    const file = join(world.paths.sessions, `${SESSION}.jsonl`)
    await rm(file)
    await symlink(outside, file)
    await symlink(outside, join(world.paths.audit, 'log-000002.jsonl'))
    const linked = await bundle(world)
    for (const name of Object.keys(linked.entries)) expect(linked.text(name)).not.toContain('not for you')
    expect(linked.manifest.notes.join('\n')).toMatch(/transcripts\/.* is left out: it is a link/)

    await rm(file)
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    await writeFile(
      file,
      Buffer.concat([
        Buffer.alloc(1024, 0xff),
        Buffer.from(`\n${said('user', 'whole')}\n{"a":${deep}}\n`),
        Buffer.alloc(9 * 1024 * 1024, 0x41),
      ]),
    )
    const hostile = await bundle(world)
    expect(hostile.text(`transcripts/${SESSION}.jsonl`)).toBe(`${said('user', 'whole')}\n{"a":${deep}}\n`)
    expect(hostile.manifest.files.find(({ name }) => name.startsWith('transcripts'))?.note).toMatch(
      /^2 lines are left out/,
    )
  })
})

describe('the place of a bundle', () => {
  it('is never one of Clawdbot itself, a link, a folder, or a file that nobody asked to replace', async () => {
    const world = await stopped()
    const { paths } = world
    const folder = await tempFolder()
    await writeFile(join(folder, 'there'), 'mine')
    await symlink(join(paths.credentials, 'telegram-allowFrom.json'), join(folder, 'link'))
    await symlink(paths.credentials, join(folder, 'credentials'))
    await mkdir(join(folder, 'folder'))
    const refused = [
      join(paths.credentials, 'bundle.zip'),
      join(paths.root, 'bundle.zip'),
      paths.config,
      join(folder, 'credentials', 'bundle.zip'),
      join(folder, 'link'),
      join(folder, 'folder'),
      join(folder, 'nowhere', 'bundle.zip'),
    ]
    for (const target of refused) {
      for (const existing of ['refuse', 'replace'] as const) {
        await expect(bundle(world, { target, existing })).rejects.toMatchObject({
          code: 'state_not_writable',
        })
      }
    }
    await expect(bundle(world, { target: join(folder, 'there') })).rejects.toMatchObject({
      code: 'state_not_writable',
    })
    expect(await readFile(join(folder, 'there'), 'utf8')).toBe('mine')
    expect((await readdir(folder)).toSorted()).toEqual(['credentials', 'folder', 'link', 'there'])
    expect(
      (await bundle(world, { target: join(folder, 'there'), existing: 'replace' })).files,
    ).toBeGreaterThan(5)
  })

  it('has nothing in it where the incident is not known', async () => {
    const world = await stopped()
    const folder = await tempFolder()
    for (const incident of ['', '../sessions', 'incident-2026-01-01-000000']) {
      const made = bundle(world, { incident, target: join(folder, 'x.zip') })
      await expect(made).rejects.toMatchObject({ code: 'incident_unknown' })
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('is left as it was by a disk that is full', async (context) => {
    const world = await stopped()
    const disk = await tempFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      // No right to mount here.
      context.skip()
    }
    onTestFinished(() => void execFileSync('umount', [disk]))
    await world.transcript(
      SESSION,
      ...Array.from({ length: 2_000 }, () => said('user', String(Math.random()))),
    )
    await writeFile(join(disk, 'bundle.zip'), 'the old one')
    const target = join(disk, 'bundle.zip')
    await expect(bundle(world, { target, existing: 'replace' })).rejects.toMatchObject({ code: 'disk_full' })
    expect(await readdir(disk)).toEqual(['bundle.zip'])
    expect(await readFile(target, 'utf8')).toBe('the old one')
  })
})
