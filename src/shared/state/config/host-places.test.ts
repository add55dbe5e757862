import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../testing/temp-state.ts'
import { findPlace, type Place, relationOf } from './host-places.ts'

const place = (path: string, self?: string, ...parents: readonly string[]): Place => ({ path, self, parents })

describe('how two places lie to each other', () => {
  it.each<[string, Place, Place, string]>([
    ['the same name', place('/a'), place('/a'), 'same'],
    ['a folder in it', place('/a/b'), place('/a'), 'inside'],
    ['a folder around it', place('/a'), place('/a/b'), 'around'],
    ['everything around it', place('/'), place('/a'), 'around'],
    ['a name that only begins alike', place('/ab'), place('/a'), 'apart'],
    // A bind mount, or a file system that ignores case, gives one folder two names.
    ['two names of one folder', place('/x', '1:2', '1:1'), place('/a', '1:2', '1:1'), 'same'],
    [
      'a folder in another name of it',
      place('/x/b', '1:9', '1:2', '1:1'),
      place('/a', '1:2', '1:1'),
      'inside',
    ],
    [
      'another name of a folder around it',
      place('/x', '1:2', '1:1'),
      place('/a/b', '1:9', '1:2', '1:1'),
      'around',
    ],
    ['two that do not exist', place('/x'), place('/y'), 'apart'],
  ])('is seen by name and by identity: %s', (_, a, b, relation) => {
    expect(relationOf(a, b)).toBe(relation)
  })

  it('is found without links, also for what does not exist yet', async () => {
    const folder = realpathSync(await tempFolder())
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), join(folder, 'link'))
    const [real, linked, absent] = await Promise.all(
      ['real', 'link', 'link/not/yet'].map((name) => findPlace(join(folder, name))),
    )
    expect(linked).toEqual(real)
    expect(absent).toMatchObject({ path: join(folder, 'real/not/yet'), self: undefined })
    expect(real && absent && relationOf(absent, real)).toBe('inside')
  })
})
