// Test support: swaps names in a folder as fast as it can, each pair of a real thing and a symbolic link to outside. What
// an attacker does who wants a check to see the one and the use to meet the other. Run with --experimental-ffi; arguments:
// the workspace, the folder outside.
import { lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , workspace = '', outside = ''] = process.argv
const ffi = process.getBuiltinModule('node:ffi')
const { functions: libc } = ffi.dlopen(null, {
  renameat2: { arguments: ['int32', 'string', 'int32', 'string', 'uint32'], return: 'int32' },
})
const AT_FDCWD = -100
const RENAME_EXCHANGE = 2

const pairs = [
  { real: 'dir', other: 'dir-link', make: (path: string) => mkdirSync(path), target: outside },
  {
    real: 'leaf',
    other: 'leaf-link',
    make: (path: string) => writeFileSync(path, 'benign'),
    target: join(outside, 'canary'),
  },
] as const

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** A write that wins puts a plain file in the place of the link, which then has to come back. */
const restore = (): void => {
  for (const { real, other, make, target } of pairs) {
    const [one, two] = [join(workspace, real), join(workspace, other)]
    if (!exists(one)) make(one)
    if (isLink(one) || isLink(two)) continue
    const fresh = join(workspace, `${real}-fresh-link`)
    symlinkSync(target, fresh)
    renameSync(fresh, two)
  }
}

restore()
writeFileSync(join(workspace, 'dir', 'canary'), 'benign')
process.stdout.write('flipping\n')
const end = (): void => process.exit()
process.stdin.on('end', end).resume()
const flip = (): void => {
  for (let round = 0; round < 2_000; round += 1) {
    for (const { real, other } of pairs) {
      libc.renameat2(AT_FDCWD, join(workspace, real), AT_FDCWD, join(workspace, other), RENAME_EXCHANGE)
    }
  }
  restore()
  setImmediate(flip)
}
flip()
