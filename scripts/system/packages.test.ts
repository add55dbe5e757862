import { expect, test } from 'vitest'
import { installHint, missingLibraries, summary } from './packages.ts'

const ldd = `	linux-vdso.so.1 (0x00007ffc)
	libffmpeg.so => /opt/electron/libffmpeg.so (0x00007f01)
	libgtk-3.so.0 => not found
	libnss3.so => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f02)
	libgtk-3.so.0 => not found
`

test('missing libraries are read from ldd, each once', () => {
  expect(missingLibraries(ldd)).toEqual(['libgtk-3.so.0', 'libnss3.so'])
})

test('where apt is, the hint is a command to paste', () => {
  expect(installHint('apt', ['xvfb', 'libgbm1'], ['Xvfb'])).toBe(
    'Run: sudo apt-get update && sudo apt-get install -y xvfb libgbm1',
  )
})

test('elsewhere the hint names what is missing and what Debian calls it', () => {
  expect(installHint('unknown', ['libgbm1'], ['libgbm.so.1'])).toContain('libgbm.so.1')
  expect(installHint('unknown', ['libgbm1'], ['libgbm.so.1'])).toContain('libgbm1')
})

test('a long list is cut to the first three and a number', () => {
  expect(summary(['a', 'b', 'c', 'd'])).toBe('a, b, c, d')
  expect(summary(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more')
})
