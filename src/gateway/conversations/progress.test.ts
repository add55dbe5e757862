import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FromGateway, fromGateway, MAX_PROGRESS } from '../../shared/contracts/gateway.ts'
import { MAIN_SESSION } from '../../shared/domain/session.ts'
import { secretTag } from '../../shared/log/secret-tag.ts'
import { createStreamRedactor } from '../../shared/redact/redactor.ts'
import { createProgress, type Progress } from './progress.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Told = Extract<FromGateway, { readonly type: 'progress' }>
const SECRET = 'correct-horse-battery-staple'
const PARTS = Array.from({ length: SECRET.length - 5 }, (_, at) => SECRET.slice(at, at + 6))

const start = (takes = (): boolean => true): { progress: Progress; told: Told[]; made: () => number } => {
  const told: Told[] = []
  let made = 0
  const progress = createProgress({
    tell: (each) => {
      if (!takes()) return false
      // As the other side takes it.
      fromGateway.parse(each)
      told.push(each)
      return true
    },
    streamRedactor: () => {
      made += 1
      return createStreamRedactor({ secrets: [SECRET], tag: secretTag, purpose: 'model' })
    },
  })
  return { progress, told, made: () => made }
}

const pass = (): void => void vi.advanceTimersByTime(100)

describe('the progress of a turn', () => {
  test('is told to who watches its session: thinking, answering, tool, over', () => {
    const { progress, told } = start()
    progress.watch('main')
    const turn = progress.begin(MAIN_SESSION, 'telegram:1')
    pass()
    turn.asks()
    turn.says('Let me look. ')
    pass()
    turn.runs('bash')
    pass()
    turn.asks()
    pass()
    turn.over()
    pass()
    expect(told.map(({ state, event, tool }) => [state, event, tool])).toEqual([
      ['over', '', ''],
      ['thinking', 'telegram:1', ''],
      ['answering', 'telegram:1', ''],
      ['tool', 'telegram:1', 'bash'],
      ['thinking', 'telegram:1', ''],
      ['over', '', ''],
    ])
    // Of a step that has come to its tools nothing is held back, and of the next one nothing is said yet.
    expect([told[3]?.text, told[4]?.text]).toEqual(['Let me look. ', ''])
  })

  test('is told to nobody, and costs no redaction, while nobody watches it', () => {
    const { progress, told, made } = start()
    progress.watch('telegram:dm:42')
    pass()
    const before = told.length
    const turn = progress.begin(MAIN_SESSION, 'telegram:1')
    turn.asks()
    for (let n = 0; n < 1_000; n += 1) turn.says('word ')
    turn.runs('bash')
    pass()
    progress.watch(null)
    turn.over()
    pass()
    expect([told.length - before, made()]).toEqual([0, 0])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is told from the beginning of its step to who comes later, or again', () => {
    const { progress, told } = start()
    const turn = progress.begin(MAIN_SESSION, 'telegram:1')
    turn.asks()
    turn.says('before anybody watched; ')
    progress.watch('main')
    progress.watch(null)
    turn.says('between; ')
    progress.watch('main')
    turn.says('now')
    turn.runs('bash')
    pass()
    expect(told.at(-1)?.text).toBe('before anybody watched; between; now')
  })

  test('is told ten times a second at most, and its end for certain', () => {
    const { progress, told } = start()
    progress.watch('main')
    const turn = progress.begin(MAIN_SESSION, 'telegram:1')
    turn.asks()
    for (let ms = 0; ms < 5_000; ms += 1) {
      turn.says('x')
      vi.advanceTimersByTime(1)
    }
    turn.over()
    pass()
    expect(told.length).toBeLessThanOrEqual(52)
    expect(told.length).toBeGreaterThan(40)
    expect(told.at(-1)?.state).toBe('over')
  })

  test('that the supervisor did not take is told again, as it is by then', () => {
    let takes = false
    const { progress, told } = start(() => takes)
    progress.watch('main')
    const turn = progress.begin(MAIN_SESSION, 'telegram:1')
    pass()
    turn.over()
    pass()
    takes = true
    pass()
    expect(told).toMatchObject([{ state: 'over' }])
  })

  test('of a long answer is its end, and says how much is left out, without half a letter', () => {
    const { progress, told } = start()
    progress.watch('main')
    const turn = progress.begin(MAIN_SESSION, 'telegram:1')
    turn.asks()
    const text = `x${'🐈'.repeat(20_000)} the end`
    for (let at = 0; at < text.length; at += 777) turn.says(text.slice(at, at + 777))
    turn.runs('bash')
    pass()
    const last = told.at(-1)
    expect(last?.text.length).toBeLessThanOrEqual(MAX_PROGRESS)
    expect((last?.cut ?? 0) + (last?.text.length ?? 0)).toBe(text.length)
    expect(text.endsWith(last?.text ?? '')).toBe(true)
    expect(last?.text).not.toMatch(/\p{Cs}/u)
  })

  test('shows no part of a secret at any moment, however its pieces are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 }),
        fc.string({ maxLength: 30 }),
        fc.boolean(),
        (cuts, around, watchesLate) => {
          fc.pre(!PARTS.some((part) => around.includes(part)))
          const { progress, told } = start()
          if (!watchesLate) progress.watch('main')
          const turn = progress.begin(MAIN_SESSION, 'telegram:1')
          turn.asks()
          const text = `${around} ${SECRET} ${around}`
          let at = 0
          for (let index = 0; at < text.length; index += 1) {
            const length = cuts[index % cuts.length] ?? 1
            turn.says(text.slice(at, at + length))
            at += length
            if (watchesLate && at > text.length / 2) progress.watch('main')
            pass()
          }
          turn.runs('bash')
          pass()
          for (const each of told) for (const part of PARTS) expect(each.text).not.toContain(part)
          expect(told.at(-1)?.text).toContain(secretTag(SECRET))
          progress.close()
        },
      ),
      { numRuns: 200 },
    )
  })

  test('of a turn that ended is not mistaken for that of the next one', () => {
    const { progress, told } = start()
    progress.watch('main')
    const first = progress.begin(MAIN_SESSION, 'telegram:1')
    const second = progress.begin(MAIN_SESSION, 'telegram:2')
    first.over()
    second.asks()
    pass()
    expect(told.at(-1)).toMatchObject({ event: 'telegram:2', state: 'thinking' })
  })
})
