import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readReadOnly, switchReadOnlyOff, switchReadOnlyOn } from './read-only-switch.ts'
import { NOW, tempState } from './testing/temp-state.ts'

describe('the switch of read-only mode', () => {
  it('is off where there is no file, and on from its writing to its removal', async () => {
    const paths = await tempState()
    expect(await readReadOnly(paths)).toEqual({ kind: 'off' })
    await switchReadOnlyOn(paths, NOW, 'cli')
    expect(await readReadOnly(paths)).toEqual({ kind: 'on', since: NOW, by: 'cli' })
    await switchReadOnlyOff(paths)
    expect(await readReadOnly(paths)).toEqual({ kind: 'off' })
    await switchReadOnlyOff(paths)
  })

  it('is one private file, replaced as a whole', async () => {
    const paths = await tempState()
    await switchReadOnlyOn(paths, NOW, 'cli')
    await switchReadOnlyOn(paths, NOW + 1, 'owner')
    expect(statSync(paths.readOnly).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(paths.readOnly, 'utf8'))).toEqual({
      version: 1,
      since: NOW + 1,
      by: 'owner',
    })
    expect(readdirSync(paths.root).filter((name) => name.includes('readonly'))).toEqual(['readonly.json'])
  })

  it.each([
    ['empty', ''],
    ['cut off', '{"version":1,"since":1'],
    ['of a later version', '{"version":2,"since":1,"by":"cli"}'],
    ['without a time', '{"version":1,"by":"cli"}'],
    ['with a time that is no date', '{"version":1,"since":1e300,"by":"cli"}'],
    ['null', 'null'],
    ['too large', ' '.repeat(65 * 1024)],
  ])('counts as on where its file is %s', async (_, text) => {
    const paths = await tempState()
    writeFileSync(paths.readOnly, text)
    expect(await readReadOnly(paths)).toMatchObject({ kind: 'broken' })
    await switchReadOnlyOff(paths)
    expect(await readReadOnly(paths)).toEqual({ kind: 'off' })
  })

  it('counts as on where a folder or a loop of links is in its place, and where its folder is none', async () => {
    const folder = await tempState()
    mkdirSync(folder.readOnly)
    expect(await readReadOnly(folder)).toMatchObject({ kind: 'broken' })
    const loop = await tempState()
    symlinkSync(loop.readOnly, loop.readOnly)
    expect(await readReadOnly(loop)).toMatchObject({ kind: 'broken' })
    const none = await tempState()
    writeFileSync(`${none.root}/file`, '')
    expect(await readReadOnly({ ...none, readOnly: `${none.root}/file/readonly.json` })).toMatchObject({
      kind: 'broken',
    })
  })
})
