import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findBusybox } from '../../../../scripts/system/packages.ts'
import { processTable } from '../../processes/process-table.ts'
import { withDebianRoot } from './debian-root.ts'
import type { Recipe } from './recipe.ts'

const recipe: Recipe = {
  base: 'debian:bookworm-slim',
  packages: ['bash', 'git'],
  settings: [],
  dockerfile: '',
  tidy: 'echo tidied > /tidied\n',
  hash: 'ab',
}

let folder = ''
let env: NodeJS.ProcessEnv = {}

/** A debootstrap for the test, because the real one takes a minute: what follows is its last argument but the mirror. */
const program = (text: string): void => {
  const file = join(folder, 'programs', 'debootstrap')
  writeFileSync(
    file,
    `#!/bin/sh\nfor word in "$@"; do case $word in */root) root=$word;; esac; done\n${text}`,
  )
  chmodSync(file, 0o755)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-root-test-'))
  mkdirSync(join(folder, 'programs'))
  mkdirSync(join(folder, 'work'))
  env = {
    TMPDIR: join(folder, 'work'),
    PATH: [join(folder, 'programs'), process.env['PATH']].join(delimiter),
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal
const left = (): readonly string[] => readdirSync(join(folder, 'work'))
const make = (signal = never, onLine: (line: string) => void = () => undefined): Promise<Buffer> =>
  withDebianRoot(recipe, { env, onLine, signal }, (tar) => buffer(tar))

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

describe.runIf(isRoot)('a root file system of Debian’s packages', () => {
  test('has what debootstrap made and the tidying left, without the files of this machine', async () => {
    const busybox = (await findBusybox()) ?? 'no busybox'
    program(`
      echo "$@" > ${folder}/arguments
      mkdir -p $root/bin $root/etc $root/dev $root/proc
      cp ${busybox} $root/bin/busybox && ln -s busybox $root/bin/sh
      echo secret > $root/etc/hostname; echo secret > $root/etc/resolv.conf; mknod $root/dev/null c 1 3
      mount -t tmpfs none $root/proc && echo mounted > $root/proc/in-a-mount && echo "I: done"`)
    const lines: string[] = []
    writeFileSync(join(folder, 'archive.tar'), await make(never, (line) => lines.push(line)))
    const names = execFileSync('tar', ['-tf', join(folder, 'archive.tar')]).toString()
    expect(names).toMatch(/^\.\/bin\/busybox$/m)
    expect(names).toMatch(/^\.\/tidied$/m)
    expect(names).not.toMatch(/hostname|resolv|null|in-a-mount/)
    expect(lines).toEqual(['I: done', 'Tidying', 'Packing'])
    expect(readFileSync(join(folder, 'arguments'), 'utf8')).toMatch(
      /^--variant=minbase --force-check-gpg --include=bash,git bookworm \S+\/root( https?:\S+)?\n$/,
    )
    expect(left()).toEqual([])
  })

  test('that was ended half way leaves no file, no process and no mount', async () => {
    program(`mkdir -p $root/proc; mount -t tmpfs ${folder} $root/proc
      setsid sh -c 'trap "" TERM; while :; do sleep 1; done' ${folder} &
      echo begun; trap "" TERM; while :; do sleep 1; done`)
    const ending = new AbortController()
    const making = make(ending.signal, () => ending.abort(new Error('ended by the owner')))
    await expect(making).rejects.toThrow('ended by the owner')
    expect(left()).toEqual([])
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(folder)
    const living = (): readonly string[] =>
      processTable
        .list()
        .map(({ command }) => command)
        .filter((command) => command.includes(folder))
    await expect.poll(living, { timeout: 30_000 }).toEqual([])
  })

  test('that fails says what was printed last, and leaves nothing', async () => {
    program('mkdir -p $root; echo "I: fine"; echo "E: Release signed by unknown key" >&2; exit 1')
    await expect(make()).rejects.toMatchObject({
      code: 'sandbox_image',
      message: expect.stringContaining('E: Release signed by unknown key'),
    })
    expect(left()).toEqual([])
  })

  test('is not made of another system’s image', async () => {
    const other = { ...recipe, base: 'alpine:3' }
    const making = withDebianRoot(other, { env, onLine: () => undefined, signal: never }, (tar) =>
      buffer(tar),
    )
    await expect(making).rejects.toMatchObject({ code: 'sandbox_image', message: /alpine:3/ })
  })
})
