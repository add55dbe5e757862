import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageFolders } from './package-folders.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-packages-')))
})
afterEach(() => rmSync(root, { recursive: true }))

const install = (folder: string, manifest: object = {}): void => {
  const path = join(root, folder)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest))
}

const found = async (name: string, appRoot = root): Promise<readonly string[]> =>
  (await packageFolders(appRoot, name)).map((path) => path.slice(root.length + 1))

describe('the folders of a package', () => {
  it('are its own and those of all that it needs, and of nothing else', async () => {
    install('node_modules/@a/main', { dependencies: { b: '^1' }, optionalDependencies: { c: '*' } })
    install('node_modules/b', { dependencies: { d: '1', '@a/main': '1' } })
    install('node_modules/c')
    install('node_modules/d', { devDependencies: { e: '1' }, peerDependencies: { e: '1' } })
    install('node_modules/e')
    expect(await found('@a/main')).toEqual([
      'node_modules/@a/main',
      'node_modules/b',
      'node_modules/c',
      'node_modules/d',
    ])
  })

  it('are those that Node finds: beside the package that needs them first', async () => {
    install('node_modules/a', { dependencies: { b: '2', c: '1' } })
    install('node_modules/a/node_modules/b', { dependencies: { c: '1' } })
    install('node_modules/b')
    install('node_modules/c', { dependencies: { b: '1' } })
    expect(await found('a')).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/b',
      'node_modules/c',
    ])
  })

  it('are never above the app, and what is missing or broken is left out', async () => {
    install('node_modules/b')
    install('app/node_modules/a', { dependencies: { b: '1', gone: '1', broken: '1' } })
    install('app/node_modules/broken')
    writeFileSync(join(root, 'app/node_modules/broken/package.json'), '{')
    expect(await found('a', join(root, 'app'))).toEqual(['app/node_modules/a'])
    expect(await found('nothing', join(root, 'app'))).toEqual([])
  })

  it('are named as they are found from the real folder of the app', async () => {
    install('app/node_modules/a')
    symlinkSync(join(root, 'app'), join(root, 'link'))
    expect(await found('a', join(root, 'link'))).toEqual(['app/node_modules/a'])
  })

  it('of what speaks WhatsApp are a small part of what is installed', async () => {
    const project = resolve(import.meta.dirname, '../../..')
    const folders = await packageFolders(project, '@whiskeysockets/baileys')
    expect(folders).toContain(join(project, 'node_modules/libsignal'))
    expect(folders).not.toContain(join(project, 'node_modules/electron'))
    expect(folders.length).toBeLessThan(readdirSync(join(project, 'node_modules')).length / 2)
  })
})
