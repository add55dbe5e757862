import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { guardListeners } from './guarded-listeners.ts'

const rejecting: (text: string) => unknown = (text) => Promise.reject(new Error(`rejected ${text}`))

test('a listener that throws or rejects is told of, keeps no other from hearing, and never reaches whoever emits', async () => {
  const socket = new EventEmitter()
  const heard: string[] = []
  const faults: string[] = []
  socket.on('one', () => {
    throw new Error('thrown')
  })
  socket.on('one', rejecting)
  socket.on('one', (text: string) => void heard.push(text))
  guardListeners(socket, (event, error) => faults.push(`${event} ${String(error)}`))
  socket.on('later', () => {
    throw new Error('not guarded')
  })
  expect(socket.emit('one', 'hello')).toBe(true)
  expect(heard).toEqual(['hello'])
  await vi.waitFor(() => expect(faults).toHaveLength(2))
  expect(faults).toEqual(['one Error: thrown', 'one Error: rejected hello'])
  expect(() => socket.emit('later')).toThrow('not guarded')
})
