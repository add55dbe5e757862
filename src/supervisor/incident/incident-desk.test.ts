import { appendFile, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { IncidentView } from '../../shared/contracts/stop-views.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { tempFolder } from '../../shared/state/testing/temp-state.ts'
import { redactorOf } from '../logs/redactor-of.ts'
import { createIncidentDesk, type IncidentDesk } from './incident-desk.ts'
import { incidentFolder } from './incident-name.ts'
import {
  AT,
  header,
  INCIDENT,
  type IncidentWorld,
  incidentWorld,
  logLine,
  RESULT,
  SESSION,
  said,
} from './testing/incident-world.ts'

const SOON = { timeout: 20_000 }
const TOKEN = '123456789:AAE-test_token'

interface Desk extends IncidentDesk {
  readonly views: (IncidentView | null)[]
  readonly errors: unknown[]
}

const deskOf = ({ paths }: IncidentWorld, env: NodeJS.ProcessEnv = {}): Desk => {
  const views: (IncidentView | null)[] = []
  const errors: unknown[] = []
  const desk = createIncidentDesk({
    paths,
    env,
    now: () => AT + 5_000,
    redact: () => redactorOf([]),
    onChange: (view) => views.push(view),
    onError: (error) => errors.push(error),
  })
  onTestFinished(() => desk.close())
  return { ...desk, views, errors }
}

const stopped = async (): Promise<IncidentWorld> => {
  const world = await incidentWorld()
  await world.log(logLine('hello'), logLine('careful', 'WARN'), 'not json')
  await world.index({ main: { sessionId: SESSION, updatedAt: AT } })
  await world.transcript(SESSION, header(SESSION), said('user', 'wire him the money'))
  await world.keep()
  return world
}

describe('the incident desk', () => {
  it('shows what was kept', async () => {
    const world = await stopped()
    const desk = deskOf(world)
    await desk.open(INCIDENT)
    expect(desk.view()).toMatchObject({
      id: INCIDENT,
      folder: incidentFolder(world.paths, INCIDENT),
      files: 8,
      logLines: 3,
      logWarnings: 1,
      logFrom: AT - 1_000,
      sessions: [{ key: 'main', sessionId: SESSION, midTurn: false }],
      done: { stop: null, logs: null, sessions: null, secrets: null, rules: null },
      error: null,
    })
    expect(desk.views.at(-1)).toEqual(desk.view())
    expect(await desk.result(INCIDENT)).toEqual(RESULT)
    const log = await desk.log()
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info hello',
      'warn careful',
      'unknown not json',
    ])
    desk.close()
    expect(desk.view()).toBeNull()
    await expect(desk.log()).rejects.toMatchObject({ code: 'incident_unknown' })
  })

  it('keeps the checklist over a restart, each tick with its time, and takes a tick back', async () => {
    const world = await stopped()
    const first = deskOf(world)
    await first.open(INCIDENT)
    await Promise.all([first.tick('logs', true), first.tick('stop', true), first.tick('rules', true)])
    await first.tick('rules', false)
    first.close()
    const second = deskOf(world)
    await second.open(INCIDENT)
    expect(second.view()?.done).toEqual({
      stop: AT + 5_000,
      logs: AT + 5_000,
      sessions: null,
      secrets: null,
      rules: null,
    })
    // The owner's notes are no evidence: they change nothing about its hashes.
    expect(second.view()?.error).toBeNull()
  })

  it('sets a checklist that can not be read aside, and says so', async () => {
    const world = await stopped()
    const folder = incidentFolder(world.paths, INCIDENT)
    await writeFile(join(folder, 'checklist.json'), '{"version":1,"done":')
    const desk = deskOf(world)
    await desk.open(INCIDENT)
    expect(desk.view()?.error).toMatchObject({ code: 'store_corrupt' })
    expect(desk.view()?.done.logs).toBeNull()
    await desk.tick('logs', true)
    expect((await readdir(folder)).filter((name) => name.includes('.corrupt-'))).toHaveLength(1)
    await desk.open(INCIDENT)
    expect(desk.view()).toMatchObject({ error: null, done: { logs: AT + 5_000 } })
  })

  it.each([
    ['a changed byte', (file: string) => writeFile(file, '[]\n')],
    ['an added line', (file: string) => appendFile(file, '\n')],
    ['a cut end', (file: string) => truncate(file, 1)],
    ['a file that is gone', (file: string) => rm(file)],
    [
      'a link to a file of the same contents',
      async (file: string) => {
        await writeFile(`${file}.copy`, await readFile(file))
        await rm(file)
        await symlink(`${file}.copy`, file)
      },
    ],
  ])('finds %s in any file of the evidence', async (_, tamper) => {
    for (const name of ['result.json', 'log-tail.jsonl', 'sessions.json', 'about.json', 'config.json']) {
      const world = await stopped()
      await tamper(join(incidentFolder(world.paths, INCIDENT), name))
      const desk = deskOf(world)
      await desk.open(INCIDENT)
      expect(desk.view()?.error).toMatchObject({
        code: 'store_corrupt',
        message: expect.stringContaining(name),
      })
    }
  })

  it('takes no manifest of another incident for its own', async () => {
    const world = await stopped()
    const other = incidentFolder(world.paths, `${INCIDENT}-2`)
    await mkdir(other)
    await writeFile(join(other, 'manifest.json'), await world.read('manifest.json'))
    const desk = deskOf(world)
    await desk.open(`${INCIDENT}-2`)
    expect(desk.view()?.error).toMatchObject({ code: 'store_corrupt' })
  })

  it('shows evidence that appears only after it was opened, as when the cli stopped everything', async () => {
    const world = await incidentWorld()
    await writeFile(world.paths.config, JSON.stringify({ telegram: { botToken: TOKEN } }))
    const desk = deskOf(world)
    desk.setConfig(await loadConfig(world.paths, {}))
    await desk.open(INCIDENT)
    expect(desk.view()?.error).toMatchObject({ code: 'incident_unknown' })
    // Whoever writes the evidence makes the folder, and takes another one if it is there already.
    expect(await readdir(world.paths.incidents)).toEqual([])
    await world.keep()
    await expect.poll(() => desk.view()?.files, SOON).toBe(8)
    expect(desk.view()?.error).toBeNull()
    await expect.poll(() => world.names(), SOON).toContain('checklist.json')
  })

  it.each(['', '../../etc', 'incident-x'])('opens no folder for the name %j of a latch', async (name) => {
    const world = await stopped()
    const desk = deskOf(world)
    await desk.open(name)
    expect(desk.view()).toMatchObject({ files: 0, error: { code: 'incident_unknown' } })
    await expect(desk.tick('stop', true)).rejects.toMatchObject({ code: 'incident_unknown' })
    expect(await desk.result(name)).toBeNull()
  })

  it('remembers a secret that the owner has taken out of the config to replace it', async () => {
    const world = await stopped()
    await writeFile(world.paths.config, JSON.stringify({ telegram: { botToken: TOKEN } }))
    const desk = deskOf(world)
    await desk.open(INCIDENT)
    expect(desk.view()?.secrets).toHaveLength(4)
    desk.setConfig(await loadConfig(world.paths, {}))
    expect(desk.view()?.secrets.map(({ name }) => name)).toEqual(['Telegram bot token'])
    await desk.tick('secrets', true)
    await writeFile(world.paths.config, '{}')
    const later = deskOf(world)
    later.setConfig(await loadConfig(world.paths, {}))
    await later.open(INCIDENT)
    expect(later.view()?.secrets.map(({ name }) => name)).toEqual(['Telegram bot token'])
    expect(await world.read('checklist.json')).not.toContain(TOKEN)
    expect(desk.errors).toEqual([])
  })

  it('says that a tick could not be kept, and does not show it', async () => {
    const world = await stopped()
    const desk = deskOf(world)
    await desk.open(INCIDENT)
    const folder = incidentFolder(world.paths, INCIDENT)
    await rm(folder, { recursive: true })
    await writeFile(folder, 'not a folder')
    await expect(desk.tick('logs', true)).rejects.toMatchObject({ code: 'state_not_writable' })
    expect(desk.view()?.done.logs).toBeNull()
  })
})

const open = async (world: IncidentWorld): Promise<Desk> => {
  const desk = deskOf(world)
  await desk.open(INCIDENT)
  return desk
}

describe('a transcript of the incident', () => {
  it('shows what was said, what was called and what happened, as it stands there', async () => {
    const world = await stopped()
    const at = new Date(AT).toISOString()
    await world.transcript(
      SESSION,
      JSON.stringify({
        type: 'custom',
        id: '2',
        parentId: null,
        timestamp: at,
        customType: 'clawdbot.outbound',
        data: { result: 'unconfirmed' },
      }),
      JSON.stringify({
        type: 'message',
        id: '3',
        parentId: '2',
        timestamp: at,
        message: {
          role: 'assistant',
          content: [
            { type: 'toolCall', name: 'bash', arguments: { command: 'rm -rf /' } },
            { type: 'text', text: '<b>\u202edone' },
          ],
        },
      }),
      'torn {"type":"mess',
    )
    const desk = await open(world)
    expect(await desk.transcript(SESSION)).toEqual({
      earlier: 0,
      lines: [
        { at: AT - 5_000, role: 'user', text: 'wire him the money' },
        { at: AT, role: 'clawdbot.outbound', text: '{"result":"unconfirmed"}' },
        { at: AT, role: 'assistant', text: '(tool) bash {"command":"rm -rf /"}\n<b>\u202edone' },
        { at: null, role: 'unreadable', text: 'torn {"type":"mess' },
      ],
    })
  })

  it('is the last 200 entries of any length, and counts the earlier ones', async () => {
    const world = await stopped()
    const text = 'x'.repeat(10_000)
    for (let part = 0; part < 10; part += 1) {
      await world.transcript(
        SESSION,
        ...Array.from({ length: 100 }, (_, line) => said('user', `${String(part)}-${String(line)} ${text}`)),
      )
    }
    const desk = await open(world)
    const { earlier, lines } = await desk.transcript(SESSION)
    expect(lines).toHaveLength(200)
    expect(lines[0]?.text).toMatch(/^8-0 x{100}/)
    expect(lines[0]?.text.length).toBeLessThan(8_100)
    // One of before, and 800 of these.
    expect(earlier).toBe(801)
  })

  // GHSA-5xfq-5mr7-426q: a session id or a session file that leads out of the folder of transcripts.
  it.each(['../credentials/telegram-allowFrom', '..', '/etc/passwd', 'a/b', '', '.hidden', 'unlisted'])(
    'is never read for the session id %j',
    async (id) => {
      const world = await stopped()
      const desk = await open(world)
      await expect(desk.transcript(id)).rejects.toMatchObject({ code: 'incident_unknown' })
    },
  )

  it('is not read through a link, from a folder, or where it is one endless line', async () => {
    const outside = join(await tempFolder(), 'private')
    await writeFile(outside, said('user', 'not for you'))
    const makes: readonly ((file: string) => Promise<unknown>)[] = [
      (file) => symlink(outside, file),
      (file) => mkdir(file),
      (file) => writeFile(file, Buffer.alloc(5 * 1024 * 1024, 0x41)),
    ]
    for (const make of makes) {
      const world = await stopped()
      const file = join(world.paths.sessions, `${SESSION}.jsonl`)
      await rm(file)
      await make(file)
      const desk = await open(world)
      await expect(desk.transcript(SESSION)).rejects.toMatchObject({ code: 'store_unreadable' })
    }
  })
})
