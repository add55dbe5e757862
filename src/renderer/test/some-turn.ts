// A turn for the window's tests: nothing special, and what a test changes about it.
import type { Turn } from '../../shared/contracts/archive-transcript.ts'

export const someTurn = (changed: Partial<Turn> = {}): Turn => ({
  turn: 0,
  line: 2,
  id: 'a1',
  at: 1_790_000_000_000,
  kind: 'agent',
  from: null,
  event: '',
  blocks: [],
  model: '',
  tokens: null,
  cost: null,
  stop: '',
  why: '',
  isError: false,
  refused: false,
  delivery: '',
  abandoned: false,
  forkOf: null,
  ...changed,
})
