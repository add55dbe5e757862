import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { readReadOnly, switchReadOnlyOff, switchReadOnlyOn } from '../../shared/state/read-only-switch.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { tempState } from '../../shared/state/testing/temp-state.ts'
import { createReadOnlyDesk } from './read-only.ts'

/** A desk on real files, with an audit whose intents the test can fail. */
const createScene = async (paths?: StatePaths) => {
  const places = paths ?? (await tempState())
  const log: string[] = []
  const state = { auditFails: false }
  const intend = async (act: string): Promise<{ seq: number }> => {
    if (state.auditFails) throw new ClawdbotError('audit_unwritable', 'the disk is full', 'Free some space.')
    // Whether it held already when it was recorded.
    log.push(`${act} while ${desk.isOn() ? 'on' : 'off'}`)
    return { seq: 1 }
  }
  const desk = createReadOnlyDesk({
    paths: places,
    now: () => 1_000,
    audit: {
      intend: ({ act }) => intend(act),
      conclude: (_, result) => log.push(result),
      perform: async ({ act }, work) => {
        await intend(act)
        return work()
      },
    },
    onChange: () => log.push(`now ${desk.isOn() ? 'on' : 'off'}`),
    settle: async () => void log.push('settled'),
    onError: (error) => log.push(String(error)),
  })
  return { desk, paths: places, log, state }
}

const followed = async (paths?: StatePaths) => {
  const scene = await createScene(paths)
  await scene.desk.follow()
  scene.log.length = 0
  return scene
}

const errorOf = async (work: Promise<unknown>): Promise<ClawdbotError> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  if (error instanceof ClawdbotError) return error
  throw new Error('it did not fail')
}

describe('read-only mode', () => {
  it('is on until the switch was looked at', async () => {
    const { desk } = await createScene()
    expect(desk.isOn()).toBe(true)
    await desk.follow()
    expect(desk.view()).toEqual({ on: false, by: null, since: null })
  })

  it('holds before it is recorded, and is done when the gateway acts on it', async () => {
    const { desk, paths, log } = await followed()
    expect(await desk.set(true, 'owner')).toBe('Read-only mode is on.')
    expect(log).toEqual(['now on', 'readonly.on while on', 'done', 'settled'])
    expect(desk.view()).toEqual({ on: true, by: 'switch', since: 1_000 })
    expect(await readReadOnly(paths)).toEqual({ kind: 'on', since: 1_000, by: 'owner' })
  })

  it('holds from the moment in which another process has thrown the switch, before it is followed', async () => {
    const { desk, paths } = await followed()
    await switchReadOnlyOn(paths, 2_000, 'cli')
    expect(desk.isOn()).toBe(true)
    await switchReadOnlyOff(paths)
    expect(desk.isOn()).toBe(false)
  })

  it('ends only after that is recorded', async () => {
    const { desk, paths, log } = await followed()
    await desk.set(true, 'owner')
    log.length = 0
    expect(await desk.set(false, 'owner')).toBe('Read-only mode is off.')
    expect(log).toEqual(['readonly.off while on', 'now off', 'settled'])
    expect(await readReadOnly(paths)).toEqual({ kind: 'off' })
  })

  it('begins without a record where the audit can not be written, and does not end without one', async () => {
    const { desk, state } = await followed()
    state.auditFails = true
    await desk.set(true, 'owner')
    expect(desk.isOn()).toBe(true)
    expect((await errorOf(desk.set(false, 'owner'))).code).toBe('audit_unwritable')
    expect(desk.view()).toMatchObject({ on: true, by: 'switch' })
  })

  it('begins also where the switch can not be written, holds until Clawdbot ends, and says so', async () => {
    const { desk, paths, log } = await followed()
    mkdirSync(paths.readOnly)
    const { code, message } = await errorOf(desk.set(true, 'owner'))
    expect(code).toBe('state_not_writable')
    expect(message).toMatch(/is on all the same, until Clawdbot ends\.$/)
    rmSync(paths.readOnly, { recursive: true })
    await desk.follow()
    expect(desk.view()).toMatchObject({ on: true, by: 'switch' })
    expect(log).toContain('settled')
    await desk.set(false, 'owner')
    expect(desk.isOn()).toBe(false)
  })

  it('by the config is not undone by the switch, whose error names the file', async () => {
    const { desk, paths } = await followed()
    desk.adopt({ readOnlyMode: true })
    expect(desk.view()).toEqual({ on: true, by: 'config', since: null })
    const { code, message } = await errorOf(desk.set(false, 'owner'))
    expect(code).toBe('read_only')
    expect(message).toContain(paths.config)
    desk.adopt({ readOnlyMode: false })
    expect(desk.isOn()).toBe(false)
  })

  it('stays on by the switch where the config takes its own word back', async () => {
    const { desk } = await followed()
    desk.adopt({ readOnlyMode: true })
    await desk.set(true, 'owner')
    desk.adopt({ readOnlyMode: false })
    expect(desk.view()).toMatchObject({ on: true, by: 'switch' })
  })

  it('is on, as broken, where the file can not be read, and the owner can switch it off', async () => {
    const { desk, paths, log } = await followed()
    writeFileSync(paths.readOnly, 'hello')
    await desk.follow()
    expect(log).toEqual(['now on'])
    expect(desk.view()).toEqual({ on: true, by: 'broken', since: null })
    await desk.set(false, 'owner')
    expect(desk.isOn()).toBe(false)
  })

  it('follows what the command line does, and tells of each change once', async () => {
    const { desk, paths, log } = await followed()
    await switchReadOnlyOn(paths, 5, 'cli')
    await desk.follow()
    await desk.follow()
    expect(desk.view()).toEqual({ on: true, by: 'switch', since: 5 })
    await switchReadOnlyOff(paths)
    await desk.follow()
    expect(log).toEqual(['now on', 'now off'])
  })

  it('that the owner asked for last is what holds, also where it was asked for while the other was under way', async () => {
    const { desk, paths, log } = await followed()
    await desk.set(true, 'owner')
    const off = desk.set(false, 'owner')
    const on = desk.set(true, 'owner')
    expect(desk.isOn()).toBe(true)
    await Promise.all([off, on])
    expect(desk.isOn()).toBe(true)
    // Not for a moment in between either.
    expect(log).not.toContain('now off')
    expect(await readReadOnly(paths)).toMatchObject({ kind: 'on' })
    const again = [desk.set(true, 'owner'), desk.set(false, 'owner')]
    await Promise.all(again)
    expect(desk.isOn()).toBe(false)
    expect(await readReadOnly(paths)).toEqual({ kind: 'off' })
  })
})
