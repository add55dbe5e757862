import { expect, test } from 'vitest'
import { authorityFile, hasNoDisplay } from './virtual-display.ts'

test('Linux without DISPLAY and WAYLAND_DISPLAY has no display; empty variables count as absent', () => {
  expect(hasNoDisplay('linux', {})).toBe(true)
  expect(hasNoDisplay('linux', { DISPLAY: '' })).toBe(true)
  expect(hasNoDisplay('linux', { DISPLAY: ':0' })).toBe(false)
  expect(hasNoDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(false)
})

test('other systems have their display without a variable', () => {
  expect(hasNoDisplay('darwin', {})).toBe(false)
  expect(hasNoDisplay('win32', {})).toBe(false)
})

test('the authority file holds one cookie that is good for any display', () => {
  const file = authorityFile(Buffer.alloc(16, 0xab))
  expect(file.toString('latin1')).toBe(`\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10${'\xab'.repeat(16)}`)
})
