import { describe, expect, it } from 'vitest'
import { MAX_COMMAND } from '../../shared/contracts/helper.ts'
import { itemFrom } from './testing/item-from.ts'
import { callOf, createToolWorld } from './testing/stand-in-tools.ts'
import type { ToolResult } from './tool-result.ts'

const OWNER = itemFrom('7')

/** A world in which the owner would approve anything for the host. */
const createHost = () => {
  const world = createToolWorld()
  world.rule({ elevated: { enabled: true, approve: 'always', allowFrom: {} } })
  world.owner(() => Promise.resolve({ kind: 'approved', id: 1 }))
  const bash = (args: object): Promise<ToolResult> =>
    world.toolsFor(OWNER).run(callOf('bash', { ...args }), new AbortController().signal)
  return { world, bash }
}

describe('a command', () => {
  it.each([
    ['command', { command: 'echo \ud800' }],
    ['folder', { command: 'id', cwd: 'a\udc80' }],
  ])('whose %s would change on its way to the shell is shown to nobody and does not run', async (_, args) => {
    const { world, bash } = createHost()
    expect((await bash(args)).text).toMatch(/half of a character/)
    expect(world.did).toEqual([])
  })

  // The longest command fits the contract in letters, and not the frame in bytes.
  it.each(['界', '\u0001', '"'])(
    'that is too long to be handed over is refused before the owner is asked: %j',
    async (letter) => {
      const { world, bash } = createHost()
      expect((await bash({ command: letter.repeat(MAX_COMMAND) })).text).toMatch(/too long/)
      expect(world.did).toEqual([])
    },
  )

  it('of the longest kind that is plain runs', async () => {
    const { world, bash } = createHost()
    await bash({ command: 'x'.repeat(MAX_COMMAND) })
    expect(world.did.slice(0, 1)).toEqual(['asked the owner'])
    expect(world.outcomes).toEqual(['1 done exit code 0'])
  })

  it('that the place can not take is at its end in the audit', async () => {
    const { world, bash } = createHost()
    world.places.host.shell = () => Promise.reject(new Error('a fault'))
    expect(await bash({ command: 'id' })).toMatchObject({ isError: true })
    expect(world.outcomes).toEqual(['1 failed a fault in the gateway itself'])
  })
})
