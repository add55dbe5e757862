// Test support: everything that a lifecycle may be told, for property tests.
import * as fc from 'fast-check'
import { TICK_MS } from '../tick.ts'
import { error, type Told } from './machine.ts'

const run = fc.integer({ min: 0, max: 8 })
const told: fc.Arbitrary<Told> = fc.oneof(
  fc.constantFrom<Told>(
    { type: 'start' },
    { type: 'stop' },
    { type: 'restart' },
    { type: 'facts-changed' },
    { type: 'config-broken', error },
    { type: 'config-mended' },
    { type: 'lockdown' },
    { type: 'resume' },
    { type: 'woke' },
  ),
  fc.constant<Told>({ type: 'tick' }),
  run.map((of): Told => ({ type: 'ready', run: of })),
  run.map((of): Told => ({ type: 'pong', run: of })),
  fc
    .tuple(run, fc.constantFrom('owner', 'config', null), fc.constantFrom('fault', 'exited'))
    .map(([of, cure, type]): Told => ({ type, run: of, error, cure })),
)
/** Mostly about the run that is, so that sequences get somewhere. */
export const step = fc.record({
  event: told,
  current: fc.boolean(),
  elapsed: fc.oneof(
    fc.constant(TICK_MS),
    fc.integer({ min: 0, max: 120_000 }),
    fc.integer({ min: -1e9, max: 1e9 }),
  ),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})
