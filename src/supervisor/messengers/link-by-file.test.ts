// What the command line asks by file of a supervisor that runs: a real one, with a real gateway process.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type LinkAnswer,
  type LinkRequest,
  readLinkAnswer,
  writeLinkAnswer,
  writeLinkRequest,
} from '../../shared/state/link-request.ts'
import { readNumberUse } from '../../shared/state/number-store.ts'
import type { Supervisor } from '../supervisor.ts'
import { createTestHome, order, SOON, startRunning, type TestHome } from '../testing/test-home.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const MINE = '+15550002222'
const CODE = `2@${'c0de'.repeat(40)}`
const ID = '11111111-aaaa'

const asks = (more: { readonly id?: string; readonly at?: number } = {}) => ({
  version: 1 as const,
  id: ID,
  provider: 'whatsapp' as const,
  at: Date.now(),
  ...more,
})
const ask = (request: LinkRequest): Promise<void> => writeLinkRequest(home.paths, request)
const link = (more: { readonly id?: string; readonly at?: number } = {}): Promise<void> =>
  ask({ ...asks(more), act: 'link', use: 'separate' })

const answerWhere = async (wanted: Partial<LinkAnswer>, id = ID): Promise<LinkAnswer> => {
  await expect.poll(() => readLinkAnswer(home.paths, id), SOON).toMatchObject(wanted)
  const answer = await readLinkAnswer(home.paths, id)
  if (answer === undefined) throw new Error('it is gone again')
  return answer
}

const scanned = async (supervisor: Supervisor): Promise<void> => {
  await order(supervisor, `self ${MINE}`)
  await order(supervisor, 'phone connected')
}

describe('a request by file', () => {
  it('to link is answered with each code in turn, and is over when the messenger is connected', async () => {
    const supervisor = await home.supervisor()
    await link()
    const first = await answerWhere({ state: 'linking', code: CODE, progress: 'under way' })
    expect(first.until).toBeGreaterThan(Date.now())
    await order(supervisor, 'code 2@another')
    await answerWhere({ code: '2@another' })
    await scanned(supervisor)
    await answerWhere({ progress: 'over', code: null, self: MINE, error: null, state: 'connected' })
    await expect
      .poll(() => readNumberUse(home.paths, 'whatsapp'), SOON)
      .toEqual({ use: 'separate', number: MINE })
    expect(existsSync(home.paths.linkRequest)).toBe(false)
  })

  it('to link that is refused says why', async () => {
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    await link()
    const { error } = await answerWhere({ progress: 'over', code: null })
    expect(error).toMatchObject({
      code: 'link_impossible',
      message: `WhatsApp is linked already, as ${MINE}.`,
    })
  })

  it('to unlink is over when it is done', async () => {
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    await ask({ ...asks(), act: 'unlink' })
    const { notes } = await answerWhere({ progress: 'over', error: null, state: 'unlinked' })
    expect(notes).toEqual([`WhatsApp is unlinked: ${MINE}. Nobody is heard there any more.`])
  })

  it('is broken off by who made it, and by nobody else', async () => {
    const supervisor = await home.supervisor()
    await link()
    await answerWhere({ code: CODE })
    await ask({ ...asks({ id: '22222222' }), act: 'cancel' })
    await expect.poll(() => existsSync(home.paths.linkRequest), SOON).toBe(false)
    expect(await readLinkAnswer(home.paths, ID)).toMatchObject({ progress: 'under way', code: CODE })
    await ask({ ...asks(), act: 'cancel' })
    const { error } = await answerWhere({ progress: 'over', code: null })
    expect(error).toMatchObject({ code: 'link_impossible' })
    expect(supervisor.snapshot().state.providers.find(({ provider }) => provider === 'whatsapp')?.state).toBe(
      'unlinked',
    )
  })

  it('has failed when the messenger gives up, or the gateway ends', async () => {
    const supervisor = await home.supervisor()
    await link()
    await answerWhere({ code: CODE })
    await order(supervisor, 'phone unlinked Nobody scanned the code.')
    const { error } = await answerWhere({ progress: 'over' })
    expect(error?.message).toBe('WhatsApp can not be linked: Nobody scanned the code.')
    await link({ id: '22222222' })
    await answerWhere({ code: CODE }, '22222222')
    await supervisor.stop()
    expect((await answerWhere({ progress: 'over', code: null }, '22222222')).error?.code).toBe(
      'gateway_not_running',
    )
  })

  it('is ended by STOP, and from then on refused', async () => {
    const supervisor = await home.supervisor()
    await link()
    await answerWhere({ code: CODE })
    const stopping = supervisor.lockdown('app', 'a drill')
    expect((await answerWhere({ progress: 'over', code: null })).error?.code).toBe('locked_down')
    await stopping
    await link({ id: '22222222' })
    expect((await answerWhere({ progress: 'over' }, '22222222')).error?.code).toBe('locked_down')
  })

  it('is not heeded where it is old, and is set aside where it is garbage', async () => {
    await home.supervisor()
    await link({ at: Date.now() - 61_000 })
    await expect.poll(() => existsSync(home.paths.linkRequest), SOON).toBe(false)
    writeFileSync(home.paths.linkRequest, 'hello')
    await expect
      .poll(() => readdirSync(home.paths.root).filter((name) => name.includes('corrupt')), SOON)
      .toEqual([expect.stringMatching(/^link-request\.json\.corrupt-/)])
    expect(await readLinkAnswer(home.paths, ID)).toBeUndefined()
    expect(await readNumberUse(home.paths, 'whatsapp')).toBeUndefined()
  })

  it('leaves no answer behind when the supervisor ends, nor does one that was killed', async () => {
    const supervisor = await home.supervisor()
    await link()
    const answer = await answerWhere({ code: CODE })
    await supervisor.close()
    expect(existsSync(home.paths.linkAnswer)).toBe(false)
    await writeLinkAnswer(home.paths, answer)
    await home.supervisor()
    expect(existsSync(home.paths.linkAnswer)).toBe(false)
  })
})
