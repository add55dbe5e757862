// Linking as the owner's act: a real supervisor and a real gateway process, whose phone does as it is told.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppState, ProviderView } from '../../shared/contracts/app-state.ts'
import { readNumberUse } from '../../shared/state/number-store.ts'
import { recordsIn } from '../audit/testing/audit-files.ts'
import type { Supervisor } from '../supervisor.ts'
import {
  createTestHome,
  inPhase,
  order,
  SOON,
  startRunning,
  stateWhere,
  type TestHome,
} from '../testing/test-home.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

const MINE = '+15550002222'
const CODE = `2@${'c0de'.repeat(40)}`

const whatsapp = ({ providers }: AppState): ProviderView | undefined =>
  providers.find(({ provider }) => provider === 'whatsapp')
const phone = (supervisor: Supervisor): ProviderView | undefined => whatsapp(supervisor.snapshot().state)
const phoneWhere = async (
  supervisor: Supervisor,
  wanted: (view: ProviderView) => boolean,
): Promise<ProviderView> => {
  const state = await stateWhere(supervisor, (now) => {
    const view = whatsapp(now)
    return view !== undefined && wanted(view)
  })
  const view = whatsapp(state)
  if (view === undefined) throw new Error('not shown')
  return view
}

/** One whose phone has scanned: linked as `number`. */
const scanned = async (supervisor: Supervisor, number: string): Promise<void> => {
  await order(supervisor, `self ${number}`)
  await order(supervisor, 'phone connected')
}

/** Listened to from the start: it may fail before anybody waits for it. */
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )

/** A word of the owner is done when it is on disk, and the gateway's about it follows. */
const said = () => expect.poll(() => readNumberUse(home.paths, 'whatsapp'), SOON)

const acts = async (): Promise<readonly string[]> =>
  (await recordsIn(home.paths)).flatMap(({ kind, act, result }) =>
    act.startsWith('messenger.') ? [[kind, act, ...(result === undefined ? [] : [result])].join(' ')] : [],
  )

describe('linking', () => {
  it('starts a gateway, writes whose number it will be, and shows the code', async () => {
    const supervisor = await home.supervisor()
    expect(await supervisor.linkMessenger('whatsapp', 'separate')).toMatch(/^Scan the code with WhatsApp/)
    expect(await readNumberUse(home.paths, 'whatsapp')).toEqual({ use: 'separate', number: null })
    const view = await phoneWhere(supervisor, ({ link }) => link?.code !== null)
    expect(view).toMatchObject({
      state: 'linking',
      link: { code: { text: CODE }, self: null, use: 'separate' },
    })
    expect(supervisor.snapshot().state.gateway.phase).toBe('running')
    await expect.poll(acts, SOON).toEqual(['intent messenger.link', 'outcome messenger.link done'])
  })

  it('ends with the number that was linked, of which alone the word then is', async () => {
    const supervisor = await home.supervisor()
    await supervisor.linkMessenger('whatsapp', 'separate')
    await scanned(supervisor, MINE)
    await said().toEqual({ use: 'separate', number: MINE })
    const view = await phoneWhere(supervisor, ({ onlySelf }) => !onlySelf)
    expect(view).toMatchObject({
      state: 'connected',
      link: { code: null, self: { number: MINE }, use: 'separate', isOwners: false, warnings: [] },
    })
    expect(JSON.parse(await order(supervisor, 'told'))).toMatchObject({
      providers: expect.arrayContaining([expect.objectContaining({ provider: 'whatsapp', onlySelf: false })]),
    })
    await expect.poll(acts, SOON).toContain('event messenger.link')
    const note = (await recordsIn(home.paths)).find(
      ({ kind, act }) => kind === 'event' && act === 'messenger.link',
    )
    expect(note).toMatchObject({ sender: MINE, detail: { linked: true } })
  })

  it('of a number that the config names as the owner’s lets nobody but the owner be heard, and says so', async () => {
    home.config({ owner: { whatsapp: [MINE] } })
    const supervisor = await home.supervisor()
    await supervisor.linkMessenger('whatsapp', 'separate')
    await scanned(supervisor, MINE)
    const { link } = await phoneWhere(
      supervisor,
      ({ onlySelf, link: shown }) => onlySelf && shown?.isOwners === true,
    )
    expect(link?.warnings.join(' ')).toMatch(/is your own number.*You said that/)
  })

  it('is refused where it is linked already, and leaves the word about the number as it is', async () => {
    const supervisor = await home.supervisor('linked')
    await expect(supervisor.linkMessenger('whatsapp', 'separate')).rejects.toMatchObject({
      code: 'link_impossible',
      message: `WhatsApp is linked already, as ${MINE}.`,
    })
    expect(await readNumberUse(home.paths, 'whatsapp')).toBeUndefined()
    await expect.poll(acts, SOON).toEqual([])
  })

  it('is refused for messengers that are not linked, and where it is switched off', async () => {
    home.config({ whatsapp: { enabled: false } })
    const supervisor = await home.supervisor()
    await expect(supervisor.linkMessenger('telegram', 'own')).rejects.toMatchObject({
      code: 'link_impossible',
    })
    await expect(supervisor.linkMessenger('whatsapp', 'own')).rejects.toMatchObject({
      message: 'WhatsApp is switched off in the config.',
    })
    expect(supervisor.snapshot().state.gateway.phase).toBe('stopped')
  })

  it('says why where no gateway can be started', async () => {
    home.config({ nonsense: 1 })
    const supervisor = await home.supervisor()
    await expect(supervisor.linkMessenger('whatsapp', 'own')).rejects.toMatchObject({
      code: 'config_invalid',
    })
  })

  it('does not begin where it can not be recorded', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    rmSync(home.paths.audit, { recursive: true })
    mkdirSync(join(home.paths.audit, 'log-000001.jsonl'), { recursive: true })
    await expect(supervisor.linkMessenger('whatsapp', 'separate')).rejects.toMatchObject({
      code: expect.stringMatching(/^audit_/),
    })
    expect(await readNumberUse(home.paths, 'whatsapp')).toBeUndefined()
    expect(phone(supervisor)?.state).toBe('unlinked')
  })

  it('can be broken off', async () => {
    const supervisor = await home.supervisor()
    await supervisor.linkMessenger('whatsapp', 'own')
    await phoneWhere(supervisor, ({ link }) => link?.code !== null)
    expect(await supervisor.cancelLink('whatsapp')).toBe('No code is shown any more.')
    await phoneWhere(supervisor, ({ link, state }) => link?.code === null && state === 'unlinked')
  })

  it('takes back the place that another device has taken, and is refused where none has', async () => {
    const supervisor = await home.supervisor('linked')
    await expect(supervisor.reconnectMessenger('telegram')).rejects.toMatchObject({ code: 'link_impossible' })
    await startRunning(supervisor)
    await phoneWhere(supervisor, ({ state }) => state === 'connected')
    await expect(supervisor.reconnectMessenger('whatsapp')).rejects.toMatchObject({
      message: 'WhatsApp is connected.',
    })
    await order(supervisor, 'phone conflict')
    expect(await supervisor.reconnectMessenger('whatsapp')).toMatch(/connects again/)
    await stateWhere(supervisor, ({ simulator }) =>
      simulator.some(({ id, text }) => id === 'link' && text === 'begin'),
    )
    await expect.poll(acts, SOON).toEqual(['intent messenger.link', 'outcome messenger.link done'])
  })
})

describe('unlinking', () => {
  it('is done when the gateway says that the login is gone, and takes the word about the number along', async () => {
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    await supervisor.setNumberUse('whatsapp', 'separate')
    expect(await supervisor.unlinkMessenger('whatsapp')).toBe(
      `WhatsApp is unlinked: ${MINE}. Nobody is heard there any more.`,
    )
    expect(phone(supervisor)).toMatchObject({
      state: 'unlinked',
      onlySelf: true,
      link: { self: null, use: 'unknown' },
    })
    expect(await readNumberUse(home.paths, 'whatsapp')).toBeUndefined()
    await expect
      .poll(async () => (await acts()).slice(-2), SOON)
      .toEqual(['intent messenger.unlink', 'outcome messenger.unlink done'])
  })

  it('is refused where nothing is linked, and where no gateway runs', async () => {
    const supervisor = await home.supervisor()
    await expect(supervisor.unlinkMessenger('whatsapp')).rejects.toMatchObject({
      code: 'gateway_not_running',
    })
    await startRunning(supervisor)
    await expect(supervisor.unlinkMessenger('whatsapp')).rejects.toMatchObject({
      code: 'link_impossible',
      message: 'WhatsApp is not linked.',
    })
  })

  it('has failed where the login can not be removed, and says why', async () => {
    const supervisor = await home.supervisor('linked deaf-phone')
    await startRunning(supervisor)
    const failure = failureOf(supervisor.unlinkMessenger('whatsapp'))
    await stateWhere(supervisor, ({ simulator }) => simulator.some(({ text }) => text === 'unlink'))
    await order(supervisor, 'self')
    await order(supervisor, 'phone refused The disk is gone.')
    expect(await failure).toMatchObject({
      code: 'link_impossible',
      message: 'WhatsApp was not unlinked: The disk is gone.',
    })
  })

  it('removes a login that can not be read, of which nobody knows whose it is', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await order(supervisor, 'phone refused The login is damaged.')
    expect(await supervisor.unlinkMessenger('whatsapp')).toMatch(/^WhatsApp is unlinked\. Nobody/)
  })

  it('says so where the phone may still list this device', async () => {
    const supervisor = await home.supervisor('linked deaf-phone')
    await startRunning(supervisor)
    const unlinking = supervisor.unlinkMessenger('whatsapp')
    await stateWhere(supervisor, ({ simulator }) => simulator.some(({ text }) => text === 'unlink'))
    await order(supervisor, 'phone unlinked The phone could not be told.')
    await order(supervisor, 'self')
    expect(await unlinking).toMatch(/any more\. The phone could not be told\.$/)
  })

  it('has failed where the gateway dies over it', async () => {
    const supervisor = await home.supervisor('linked deaf-phone')
    await startRunning(supervisor)
    const failure = failureOf(supervisor.unlinkMessenger('whatsapp'))
    await stateWhere(supervisor, ({ simulator }) => simulator.some(({ text }) => text === 'unlink'))
    await supervisor.simulate('owner', 'Owner', 'exit 1')
    expect(await failure).toMatchObject({ code: 'gateway_not_running' })
    await expect.poll(acts, SOON).toContain('outcome messenger.unlink failed')
  })
})

describe('whose number is linked', () => {
  it('is the owner’s word, in force in the gateway when it is said', async () => {
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    await phoneWhere(supervisor, ({ link, onlySelf }) => link?.use === 'unknown' && onlySelf)
    expect(await supervisor.setNumberUse('whatsapp', 'separate')).toMatch(/is the agent’s alone/)
    expect(await readNumberUse(home.paths, 'whatsapp')).toEqual({ use: 'separate', number: MINE })
    expect(await order(supervisor, 'told')).toContain('"onlySelf":false,"owners":[],"configured":[]')
    expect(await supervisor.setNumberUse('whatsapp', 'own')).toMatch(/is your own number/)
    expect(phone(supervisor)).toMatchObject({ onlySelf: true, link: { use: 'own' } })
    await expect
      .poll(acts, SOON)
      .toEqual([
        'intent messenger.number-use',
        'outcome messenger.number-use done',
        'intent messenger.number-use',
        'outcome messenger.number-use done',
      ])
  })

  it('does not stand over the config, and that is said', async () => {
    home.config({ whatsapp: { selfChatMode: true } })
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    await phoneWhere(supervisor, ({ link }) => link?.self !== null)
    expect(await supervisor.setNumberUse('whatsapp', 'separate')).toMatch(
      /By the config only its chat with itself/,
    )
    expect(phone(supervisor)?.onlySelf).toBe(true)
  })

  it('can not be said where nothing is linked', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await expect(supervisor.setNumberUse('whatsapp', 'separate')).rejects.toMatchObject({
      code: 'link_impossible',
    })
  })

  it('is unknown again where another number turns up than the one that the owner spoke of', async () => {
    const supervisor = await home.supervisor('linked')
    await startRunning(supervisor)
    await phoneWhere(supervisor, ({ link }) => link?.self !== null)
    await supervisor.setNumberUse('whatsapp', 'separate')
    await order(supervisor, 'self +15550003333')
    await said().toBeUndefined()
    const { onlySelf } = await phoneWhere(supervisor, ({ link }) => link?.use === 'unknown')
    expect(onlySelf).toBe(true)
  })
})

describe('a code to scan', () => {
  it('is gone with the gateway that showed it', async () => {
    const supervisor = await home.supervisor()
    await supervisor.linkMessenger('whatsapp', 'own')
    await phoneWhere(supervisor, ({ link }) => link?.code !== null)
    await supervisor.stop()
    expect(phone(supervisor)?.link).toMatchObject({ code: null, self: null })
  })

  it('is not shown while everything is stopped, and none is made', async () => {
    const supervisor = await home.supervisor()
    await supervisor.linkMessenger('whatsapp', 'own')
    await phoneWhere(supervisor, ({ link }) => link?.code !== null)
    const stopping = supervisor.lockdown('app', 'a drill')
    expect(phone(supervisor)?.link?.code).toBeNull()
    await stopping
    const locked = { code: 'locked_down' }
    await expect(supervisor.linkMessenger('whatsapp', 'own')).rejects.toMatchObject(locked)
    await expect(supervisor.cancelLink('whatsapp')).rejects.toMatchObject(locked)
    await expect(supervisor.unlinkMessenger('whatsapp')).rejects.toMatchObject(locked)
    await expect(supervisor.setNumberUse('whatsapp', 'own')).rejects.toMatchObject(locked)
    await supervisor.resume('it was a drill', 'accept')
    await inPhase(supervisor, 'stopped')
    await supervisor.linkMessenger('whatsapp', 'own')
    await phoneWhere(supervisor, ({ link }) => link?.code !== null)
  })

  it('stands in no file: no status, log, audit, evidence; and in no activity', async () => {
    const supervisor = await home.supervisor()
    await supervisor.linkMessenger('whatsapp', 'own')
    await phoneWhere(supervisor, ({ link }) => link?.code?.text === CODE)
    await scanned(supervisor, MINE)
    await said().toEqual({ use: 'own', number: MINE })
    await order(supervisor, `code ${CODE}`)
    await supervisor.lockdown('app', 'a drill')
    const { activity, gateway, incident } = supervisor.snapshot().state
    await supervisor.close()
    expect(JSON.stringify([activity, gateway, incident])).not.toContain(CODE)
    const files = readdirSync(home.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/app/'))
      .map((entry) => join(entry.parentPath, entry.name))
    const names = files.map((file) => file.slice(home.root.length))
    expect(names.some((name) => name.includes('/incidents/'))).toBe(true)
    expect(names.some((name) => name.includes('/audit/log-'))).toBe(true)
    for (const file of files)
      expect([file, readFileSync(file).includes(CODE.slice(2, 40))]).toEqual([file, false])
  })
})
