import { describe, expect, it } from 'vitest'
import { hostCommandText } from '../../shared/contracts/acts.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { MAIN_SESSION } from '../../shared/domain/session.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { itemFrom } from './testing/item-from.ts'
import { callOf, createToolWorld, said, sha256, type ToolWorld } from './testing/stand-in-tools.ts'
import type { ToolResult } from './tool-result.ts'

const OWNER = itemFrom('7')
const FRIEND = itemFrom('42')
const GUEST = itemFrom('99')

const never = (): AbortSignal => new AbortController().signal

const use = (world: ToolWorld, item: AcceptedItem, name: string, args: object): Promise<ToolResult> =>
  world.toolsFor(item).run(callOf(name, { ...args }), never())

const offered = (world: ToolWorld, item: AcceptedItem): readonly string[] =>
  world
    .toolsFor(item)
    .offered()
    .map(({ name }) => name)

const HOST = { elevated: { enabled: true, approve: 'never', allowFrom: {} } } as const

describe('the tools that a model is offered', () => {
  it('are those that the rights leave', () => {
    const world = createToolWorld()
    expect(offered(world, OWNER)).toEqual(['bash', 'read', 'write', 'edit', 'send'])
    expect(offered(world, FRIEND)).toEqual(['bash', 'read', 'write', 'edit', 'send'])
    expect(offered(world, GUEST)).toEqual([])
    world.rule({ sandbox: { mode: 'all', tools: { allow: ['read', 'send'], deny: [] } } })
    expect(offered(world, FRIEND)).toEqual(['read', 'send'])
  })

  it('are none for somebody who lost the right to write, or whose session is another one now', () => {
    const world = createToolWorld()
    world.block('42')
    expect(offered(world, FRIEND)).toEqual([])
    expect(offered(world, { ...FRIEND, session: MAIN_SESSION })).toEqual([])
  })

  it('name the host only where the call may choose it', () => {
    const world = createToolWorld()
    const bash = (item: AcceptedItem) => world.toolsFor(item).offered()[0]
    expect(bash(OWNER)?.schema.safeParse({ command: 'id', host: true }).success).toBe(false)
    world.rule({ ...HOST, elevated: { ...HOST.elevated, allowFrom: { telegram: ['42'] } } })
    expect(bash(FRIEND)?.schema.safeParse({ command: 'id', host: true }).success).toBe(true)
    expect(bash(OWNER)?.schema.safeParse({ command: 'id', host: true }).success).toBe(false)
  })
})

describe('a call', () => {
  it('happens after everything that may refuse it was asked, and its end is noted', async () => {
    const world = createToolWorld()
    const result = await use(world, FRIEND, 'bash', { command: 'echo hi' })
    expect(world.did).toEqual(['opened sandbox', 'intent bash sandbox', 'sandbox: bash echo hi'])
    expect(result).toMatchObject({
      text: 'ran echo hi\n[exit code 0]',
      isError: false,
      details: { place: 'sandbox', exitCode: 0, refused: false },
    })
    expect(world.outcomes).toEqual(['1 done exit code 0'])
    const args = JSON.stringify({ command: 'echo hi' })
    expect(world.acts).toMatchObject([
      {
        tool: 'bash',
        place: 'sandbox',
        sender: '42',
        session: 'telegram:dm:42',
        eventId: 'telegram:1',
        length: args.length,
        argsSha256: sha256(args),
        approval: null,
      },
    ])
    expect(JSON.stringify(world.acts)).not.toContain('echo')
  })

  it.each([
    ['of a tool that there is not', 'launch', {}, 'There is no tool launch.'],
    ['of a name from the prototype', '__proto__', {}, 'There is no tool __proto__.'],
    ['of a name that acts on a terminal', '\u001b[2Jbash', {}, 'There is no tool bash.'],
    ['without its arguments', 'bash', {}, 'nothing was done'],
    ['with arguments that could not be read', 'bash', { unreadable: '{"comm' }, 'nothing was done'],
    ['with an argument that there is not', 'read', { path: 'a', follow: true }, 'nothing was done'],
    ['with NUL in a path', 'read', { path: 'a\0b' }, 'must not contain NUL'],
    ['with a page larger than a page', 'read', { path: 'a', limit: 65_537 }, 'nothing was done'],
    ['with a timeout that is none', 'bash', { command: 'x', timeout: 601 }, 'nothing was done'],
    ['for the host that is not given', 'bash', { command: 'x', host: true }, 'may not use bash on the host'],
    ['with an odd place', 'bash', { command: 'x', host: 'yes' }, 'nothing was done'],
  ])('%s does nothing and says so', async (_what, name, args, why) => {
    const world = createToolWorld()
    const result = await use(world, FRIEND, name, args)
    expect(result.text).toContain(why)
    expect(result).toMatchObject({ isError: true, details: { refused: true } })
    expect(world.did).toEqual([])
  })

  it.each([
    'PATH',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'BASH_ENV',
    'ENV',
    'PROMPT_COMMAND',
    'SHELLOPTS',
    'PYTHONPATH',
    'NODE_OPTIONS',
    'GIT_SSH_COMMAND',
    'PAGER',
    'HOME',
    'IFS',
    'path',
    'LANG=x; PATH',
  ])('may not set %s (CVE-2026-24763)', async (name) => {
    const world = createToolWorld()
    const env = Object.fromEntries([[name, 'x']])
    const result = await use(world, FRIEND, 'bash', { command: 'id', env })
    expect(result.text).toContain('env may not set')
    expect(world.did).toEqual([])
  })

  it('may say in which language and colour a command speaks', async () => {
    const world = createToolWorld()
    const env = { LANG: 'de_DE.UTF-8', TZ: 'Europe/Berlin', NO_COLOR: '1', CI: '' }
    expect(await use(world, FRIEND, 'bash', { command: 'id', env })).toMatchObject({ isError: false })
    for (const value of ['../../tmp/evil', '/etc/passwd', '$(id)', 'a\nb']) {
      expect((await use(world, FRIEND, 'bash', { command: 'id', env: { TZ: value } })).text).toContain(
        'env may',
      )
    }
  })

  it('of a guest does nothing, whatever it calls', async () => {
    const world = createToolWorld()
    for (const name of ['bash', 'read', 'write', 'edit', 'send']) {
      const result = await use(world, GUEST, name, { command: 'x', path: 'a', content: '', text: 'x' })
      expect(result.text).toContain(`There is no ${name} here`)
    }
    expect(world.did).toEqual([])
  })

  it('does nothing without a record', async () => {
    const world = createToolWorld()
    world.answer({ refused: '' })
    expect((await use(world, FRIEND, 'bash', { command: 'x' })).text).toContain('could not be written')
    world.answer({ refused: 'read-only mode is on' })
    expect((await use(world, FRIEND, 'write', { path: 'a', content: '' })).text).toBe('read-only mode is on')
    expect(world.did).toEqual([
      'opened sandbox',
      'intent bash sandbox',
      'opened sandbox',
      'intent write sandbox',
    ])
    expect(world.outcomes).toEqual([])
  })

  it('does nothing while the latch is on, and tells that it was found', async () => {
    const world = createToolWorld()
    world.lock()
    expect((await use(world, OWNER, 'bash', { command: 'x' })).text).toContain('stopped')
    expect((await use(world, OWNER, 'send', { text: 'x' })).text).toContain('stopped')
    expect(world.did).toEqual(['locked', 'locked'])
  })

  it.each([
    ['the latch came', (world: ToolWorld) => world.lock(), 'stopped'],
    ['the sender was blocked', (world: ToolWorld) => world.block('42'), 'may not write here any more'],
    [
      'the tool was taken away',
      (world: ToolWorld) => world.rule({ sandbox: { mode: 'all', tools: { allow: [], deny: ['bash'] } } }),
      'does not allow bash',
    ],
  ])('does nothing where %s while it was being recorded', async (_what, change, why) => {
    const world = createToolWorld()
    world.at('tool:after-answer', () => change(world))
    const result = await use(world, FRIEND, 'bash', { command: 'x' })
    expect(result.text).toContain(why)
    expect(world.did).not.toContain('sandbox: bash x')
    expect(world.outcomes).toEqual(['1 withheld refused just before it began'])
  })

  it('never falls back to the host where there is no sandbox', async () => {
    const hands = {
      of: () => Promise.reject(new ClawdbotError('sandbox_refused', 'Docker does not answer.', '')),
    }
    const world = createToolWorld({ hands })
    const result = await use(world, FRIEND, 'bash', { command: 'x' })
    expect(result).toMatchObject({ text: 'Docker does not answer.', isError: true })
    expect(world.did).toEqual([])
  })
})

describe('a command for the host', () => {
  it('waits for the owner, and what runs is what was approved', async () => {
    const world = createToolWorld()
    world.rule({ elevated: { ...HOST.elevated, approve: 'always' } })
    world.owner(() => Promise.resolve({ kind: 'approved', id: 9 }))
    const args = { command: 'make', cwd: 'src', env: { LANG: 'C' } }
    await use(world, OWNER, 'bash', args)
    expect(world.did).toEqual(['asked the owner', 'opened host', 'intent bash host', 'host: bash make'])
    expect(world.acts).toMatchObject([
      { place: 'host', approval: 9, argsSha256: sha256(hostCommandText(args)) },
    ])
  })

  it('that is denied does not run', async () => {
    const world = createToolWorld()
    world.rule({ elevated: { ...HOST.elevated, approve: 'new' } })
    const result = await use(world, OWNER, 'bash', { command: 'make' })
    expect(result.text).toBe('It was not run on the host: no answer.')
    expect(world.did).toEqual(['asked the owner'])
  })

  it('does not run where host access ended while the owner thought about it', async () => {
    const world = createToolWorld()
    world.rule({ elevated: { ...HOST.elevated, approve: 'always' } })
    world.owner(() => {
      world.rule({ elevated: { ...HOST.elevated, enabled: false } })
      return Promise.resolve({ kind: 'approved', id: 9 })
    })
    // The session has a sandbox now; the command was approved for the host, and runs in neither.
    const result = await use(world, OWNER, 'bash', { command: 'make' })
    expect(result.isError).toBe(true)
    expect(world.did.filter((each) => each.includes(': bash'))).toEqual([])
  })

  it('of a friend with elevated rights runs in the sandbox unless it asks for the host', async () => {
    const world = createToolWorld()
    world.rule({ elevated: { ...HOST.elevated, allowFrom: { telegram: ['42'] } } })
    await use(world, FRIEND, 'bash', { command: 'a' })
    await use(world, FRIEND, 'bash', { command: 'b', host: true })
    expect(world.did.filter((each) => each.includes(': bash'))).toEqual(['sandbox: bash a', 'host: bash b'])
  })

  it('does not run in read-only mode, and files are read only', async () => {
    const world = createToolWorld()
    world.rule({ ...HOST, readOnly: true })
    expect((await use(world, OWNER, 'bash', { command: 'x' })).text).toContain('read-only mode is on')
    expect((await use(world, OWNER, 'write', { path: 'a', content: 'x' })).text).toContain(
      'read-only mode is on',
    )
    await use(world, OWNER, 'read', { path: 'a' })
    expect(world.did.filter((each) => each.startsWith('host:'))).toEqual(['host: read a'])
  })
})

const run = async (ended: ReturnType<typeof said>): Promise<ToolResult> => {
  const world = createToolWorld()
  world.places.sandbox.shell = () => Promise.resolve(ended)
  return use(world, FRIEND, 'bash', { command: 'x' })
}

describe('what a tool gives back', () => {
  it('acts on no terminal and holds no secret', async () => {
    const { text } = await run(said('\u001b[31mpassword\u001b[0m hunter2-\u001b[0mhunter2\u0000\u202e'))
    expect(text).toBe('password ‹secret›‹U+202E›\n[exit code 0]')
  })

  it('shows beginning and end of a long output, and what is missing between, without half letters', async () => {
    const output = new TextEncoder().encode('ä'.repeat(4))
    const { text, details } = await run(said(output, { headBytes: 3, dropped: 1_000 }))
    expect(text).toBe('ä\n[1000 bytes left out]\nää\n[exit code 0]')
    expect(details.dropped).toBe(1_000)
  })

  it.each([
    ['fails', { exitCode: 2 }, 'exit code 2', 'done'],
    ['is killed', { exitCode: null, signal: 9 }, 'ended by signal 9', 'done'],
    [
      'takes too long',
      { exitCode: null, signal: 9, timedOut: true },
      'it took longer than 60 s',
      'timed_out',
    ],
    ['is aborted', { exitCode: null, signal: 9, aborted: true }, 'aborted', 'aborted'],
  ])('says when a command %s', async (_what, over, mark, outcome) => {
    const world = createToolWorld()
    world.places.sandbox.shell = () => Promise.resolve(said('', over))
    const result = await use(world, FRIEND, 'bash', { command: 'x' })
    expect(result.text).toContain(`(no output)\n[`)
    expect(result.text).toContain(mark)
    expect(result.isError).toBe(true)
    expect(world.outcomes[0]).toMatch(new RegExp(`^1 ${outcome} `))
  })

  it('says when the place has ended', async () => {
    const world = createToolWorld()
    world.places.sandbox.shell = () => Promise.resolve({ kind: 'gone', why: 'It broke its protocol.' })
    const result = await use(world, FRIEND, 'bash', { command: 'x' })
    expect(result.text).toBe('It broke its protocol. Whether it happened is not known.')
    expect(world.outcomes).toEqual(['1 failed the place where it ran has ended'])
  })
})

describe('files', () => {
  it('are written, edited and read page by page', async () => {
    const world = createToolWorld()
    expect((await use(world, FRIEND, 'write', { path: 'a', content: 'one\ntwo\n' })).text).toBe(
      'Made a: 8 bytes.',
    )
    await use(world, FRIEND, 'edit', { path: 'a', oldText: 'two', newText: 'drei €' })
    expect((await use(world, FRIEND, 'read', { path: 'a' })).text).toBe('one\ndrei €\n')
    const first = await use(world, FRIEND, 'read', { path: 'a', limit: 11 })
    expect(first.text).toBe('one\ndrei \n[bytes 0 to 9 of 13; the next page begins at offset 9]')
    const second = await use(world, FRIEND, 'read', { path: 'a', offset: 9 })
    expect(second.text).toBe('€\n\n[bytes 9 to 13; the end of the file]')
  })

  it.each([
    ['NUL', new Uint8Array([104, 0, 105])],
    ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe, 104, 105])],
  ])('with %s are binary', async (_what, content) => {
    const world = createToolWorld()
    world.places.sandbox.files.set('a', content)
    expect((await use(world, FRIEND, 'read', { path: 'a' })).text).toBe(
      `binary file, ${content.length} bytes`,
    )
  })

  it('that are not there are said to be so', async () => {
    const world = createToolWorld()
    expect(await use(world, FRIEND, 'read', { path: 'a' })).toMatchObject({
      text: 'no such file. (not_found)',
      isError: true,
    })
  })
})

describe('a message of the tool', () => {
  it('goes to its own conversation by default, under a name of its own', async () => {
    const world = createToolWorld()
    const call = callOf('send', { text: 'hi' })
    expect(await world.toolsFor(FRIEND).run(call, never())).toMatchObject({ text: 'Sent.', isError: false })
    expect(world.sends).toEqual([
      {
        session: 'telegram:dm:42',
        provider: 'telegram',
        chatId: '42',
        recipient: '42',
        text: 'hi',
        replyTo: `send:${call.id}`,
        kind: 'message',
        askedBy: 'telegram:1',
      },
    ])
    expect(world.did).toEqual(['intent send messenger', 'sent to telegram:42'])
    expect(world.outcomes).toEqual(['1 done sent'])
  })

  it.each(['alice', '@alice', 'telegram:@alice', 'telegram:', 'sms:42', 'telegram:42 ', ':42'])(
    'to %s goes nowhere',
    async (to) => {
      const world = createToolWorld()
      expect((await use(world, OWNER, 'send', { to, text: 'x' })).text).toContain('nothing was sent')
      expect(world.did).toEqual([])
    },
  )

  it('is refused in read-only mode to a friend, with the reason', async () => {
    const world = createToolWorld()
    world.rule({ readOnly: true })
    expect((await use(world, FRIEND, 'send', { text: 'x' })).text).toContain('read-only mode is on')
    expect(await use(world, OWNER, 'send', { text: 'x' })).toMatchObject({ isError: false })
  })
})
