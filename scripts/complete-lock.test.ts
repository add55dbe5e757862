import { expect, test } from 'vitest'
import { lockedPackages, missingEntries, platformOf } from './complete-lock.ts'

test('the lock file has an entry for every platform, without which `npm ci` fails on all of them', () => {
  const missing = [...missingEntries(lockedPackages()).keys()]
  expect(missing, 'run: node scripts/complete-lock.ts').toEqual([])
})

test('a platform is read from the name of its package', () => {
  expect(platformOf('@oxlint/binding-linux-x64-musl')).toEqual({
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  })
  expect(platformOf('@swc/core-linux-arm-gnueabihf')).toEqual({ os: ['linux'], cpu: ['arm'] })
  expect(platformOf('@swc/core-win32-ia32-msvc')).toEqual({ os: ['win32'], cpu: ['ia32'] })
  expect(platformOf('@tailwindcss/oxide-wasm32-wasi')).toEqual({ cpu: ['wasm32'] })
})

test('what has an entry, hoisted or nested, is left alone', () => {
  const packages = {
    'node_modules/a': {
      dev: true,
      optionalDependencies: { 'a-darwin-x64': '1.0.0', 'a-linux-x64': '1.0.0', b: '2.0.0' },
    },
    'node_modules/a-linux-x64': {},
    'node_modules/a/node_modules/b': {},
  }
  expect([...missingEntries(packages)]).toEqual([
    [
      'node_modules/a-darwin-x64',
      { version: '1.0.0', os: ['darwin'], cpu: ['x64'], dev: true, optional: true },
    ],
  ])
})
