// A gateway that says more than there is to say.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readNumberUse, writeNumberUse } from '../../shared/state/number-store.ts'
import { createTestHome, type TestHome } from '../testing/test-home.ts'
import { createLinkDesk } from './link-desk.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

it('of the numbers that a gateway says to be linked, one after the other, only the last waits to be written', async () => {
  await writeNumberUse(home.paths, 'whatsapp', { use: 'separate', number: null })
  const starts = new AbortController()
  const started = new Promise<void>((_resolve, reject) => {
    starts.signal.addEventListener('abort', () => reject(new Error('it does not start')))
  })
  const errors: unknown[] = []
  let settled = 0
  const desk = createLinkDesk({
    paths: home.paths,
    audit: {
      perform: (_entry, act) => act(),
      intend: () => Promise.reject(new Error('not asked for')),
      conclude: () => undefined,
      note: () => undefined,
    },
    isLocked: () => false,
    latched: false,
    config: () => null,
    numberOf: () => undefined,
    start: () => started,
    hasGateway: () => true,
    send: () => true,
    settle: async () => {
      settled += 1
    },
    onChange: () => undefined,
    onError: (error) => errors.push(error),
  })
  // What the owner does has its turn first, and takes its time.
  const linking = desk.link('whatsapp', 'separate', 'owner').catch((error: unknown) => error)
  for (let count = 0; count < 1_000; count += 1)
    desk.heard({
      provider: 'whatsapp',
      code: null,
      self: { number: `+1555000${1_000 + count}`, account: '', name: '' },
    })
  starts.abort()
  await linking
  await expect.poll(() => readNumberUse(home.paths, 'whatsapp')).toMatchObject({ number: '+15550001999' })
  expect({ settled, errors }).toEqual({ settled: 1, errors: [] })
})
