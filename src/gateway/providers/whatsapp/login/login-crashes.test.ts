import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasLogin, type LoginStore } from './login-store.ts'
import { openLogin, tempFolder } from './testing/logged-in.ts'

const WRITER = fileURLToPath(new URL('./testing/login-writer.ts', import.meta.url))
const STORMS = 36
const PAIRINGS = 28

/** Starts the writer, kills it with SIGKILL when it has said so many lines, and gives all that it said. */
const killedAfter = async (lines: number, ...args: readonly string[]): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [WRITER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  const gone = once(child, 'close')
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line)
    if (said.length >= lines) child.kill('SIGKILL')
  })
  expect(await gone).toEqual([null, 'SIGKILL'])
  return said
}

test(`${STORMS} kills in a storm of messages lose nothing that was written`, async () => {
  const folder = tempFolder()
  let last = 0
  for (let round = 0; round < STORMS; round += 1) {
    const said = await killedAfter(2 + ((round * 13) % 60), folder, 'storm', `${last}`)
    const told = Number(said.at(-1) === 'ready' ? last : said.at(-1))
    const store = openLogin(folder)
    const numberOf = async (type: 'session' | 'sender-key'): Promise<number> =>
      Number((await store.keys.get(type, ['count']))['count']?.toString())
    last = await numberOf('session')
    // One change is whole or not there, and at most the one that was under way is more than was told.
    expect(last).toBeGreaterThanOrEqual(told)
    expect(await numberOf('sender-key')).toBe(last)
    expect(Object.keys(await store.keys.get('pre-key', [`${last}`, `${last - 1}`, `${last - 2}`]))).toEqual([
      `${last}`,
    ])
    const chat = `chat ${last % 5}`
    expect((await store.keys.get('session', [chat]))[chat]).toEqual(Buffer.alloc(1_500, last))
    expect(store.creds().accountSyncCounter).toBeGreaterThanOrEqual(told - (told % 7))
    expect(store.creds().me?.id).toBe('1:7@s.whatsapp.net')
    store.close()
  }
  expect(last).toBeGreaterThan(STORMS * 10)
})

test(`${PAIRINGS} kills while it is paired and logged out leave nobody linked or a whole login`, async () => {
  const folder = tempFolder()
  const seen = new Set<string>()
  let generation = 0
  for (let round = 0; round < PAIRINGS; round += 1) {
    const said = await killedAfter(1 + ((round * 5) % 17), folder, 'pair', `${generation}`)
    const store = openLogin(folder)
    expect(hasLogin(folder)).toBe(store.isLinked())
    const found = await loginIn(store)
    const [what = '', number] = (said.at(-1) ?? '').split(' ')
    // Behind what it said last it may have gone on, and never back.
    expect(found.generation).toSatisfy(
      (n) => n === 0 || n >= Number(number ?? 0) + (what === 'wiped' ? 1 : 0),
    )
    expect(found.parts).toEqual(found.generation === 0 ? [] : Array(3).fill(`${found.generation}`))
    seen.add(store.isLinked() ? 'linked' : 'nobody')
    generation += 100
    store.close()
  }
  expect([...seen].toSorted()).toEqual(['linked', 'nobody'])
})

/** Which of the pairings it is, 0 where nobody is linked, and what each part of the login says of that. */
const loginIn = async (store: LoginStore): Promise<{ generation: number; parts: readonly string[] }> => {
  const id = store.creds().me?.id.split(':')[0]
  const { details } = store.creds().account ?? {}
  const { generation } = await store.keys.get('lid-mapping', ['generation'])
  if (id === undefined || details === undefined) return { generation: 0, parts: [] }
  return {
    generation: Number(id),
    parts: [id, Buffer.from(String(details), 'base64').toString(), `${generation}`],
  }
}
