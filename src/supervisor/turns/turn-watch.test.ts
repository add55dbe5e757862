import { expect, test } from 'vitest'
import type { TurnProgress } from '../../shared/contracts/bridge.ts'
import type { ToGateway } from '../../shared/contracts/gateway.ts'
import { createTurnWatch, type TurnWatch } from './turn-watch.ts'

const progress = (session: string, text: string): TurnProgress => ({
  session,
  event: 'telegram:1',
  state: 'answering',
  text,
  cut: 0,
  tool: '',
})

const start = (): { watch: TurnWatch; told: ToGateway[]; seen: TurnProgress[] } => {
  const told: ToGateway[] = []
  const seen: TurnProgress[] = []
  const watch = createTurnWatch((message) => told.push(message) > 0)
  watch.subscribe((each) => seen.push(each))
  return { watch, told, seen }
}

test('a gateway is told once which session is watched, and every later gateway again', () => {
  const { watch, told } = start()
  watch.ready()
  expect(told).toEqual([])
  watch.watch('main')
  watch.watch('main')
  watch.ready()
  watch.watch(null)
  watch.ready()
  expect(told).toEqual([
    { type: 'watch', session: 'main' },
    { type: 'watch', session: 'main' },
    { type: 'watch', session: null },
  ])
})

test('what is told of another session than the one that is watched reaches nobody', () => {
  const { watch, seen } = start()
  watch.heard({ type: 'progress', ...progress('main', 'nobody watches') })
  watch.watch('main')
  watch.heard({ type: 'progress', ...progress('telegram:dm:42', 'late') })
  watch.heard({ type: 'progress', ...progress('main', 'hello') })
  expect(seen).toEqual([progress('main', 'hello')])
})

test('a turn whose gateway has gone is over, once', () => {
  const { watch, seen } = start()
  watch.watch('main')
  watch.gone()
  watch.heard({ type: 'progress', ...progress('main', 'hello') })
  watch.gone()
  watch.gone()
  expect(seen.map(({ state }) => state)).toEqual(['answering', 'over'])
})
