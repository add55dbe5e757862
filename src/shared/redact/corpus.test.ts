import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { corpus, recallOf, type Sample } from '../../../bench/redact/corpus.ts'
import { createRedactor } from './redactor.ts'

const tag = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8)
const samples = corpus(20_260_106)
const GOAL = 0.97

/** Line breaks are escaped in a line of a log. */
const holds = ({ secret, line }: Sample): boolean => secret.split('\n').every((part) => line.includes(part))

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    // That is what was asked.
    return false
  }
}

describe('keys of the common services, written as they are met', () => {
  it('are more than two hundred forms, five of each, and each sample holds its secret', () => {
    expect(new Set(samples.map(({ vendor }) => vendor)).size).toBeGreaterThan(200)
    expect(samples.length).toBe(5 * new Set(samples.map(({ vendor }) => vendor)).size)
    expect(samples.filter((sample) => !holds(sample))).toEqual([])
  })

  it('are told from what is redacted by leaving nothing out', () => {
    expect(recallOf((line) => line, samples).found).toBe(0)
    expect(recallOf(() => '', samples).found).toBe(samples.length)
    const half = recallOf((line) => line.slice(0, Math.floor(line.length / 2)), samples)
    expect(half.found).toBeLessThan(samples.length)
  })

  for (const purpose of ['log', 'model', 'export'] as const) {
    it(`are found in at least ${GOAL * 100} of a hundred lines for the purpose ${purpose}, and then nothing of them is left`, () => {
      const { found, total, missed } = recallOf(createRedactor({ secrets: [], tag, purpose }), samples)
      expect(found / total < GOAL ? [...missed] : []).toEqual([])
    })
  }

  it('leave JSON that is still JSON', () => {
    const redact = createRedactor({ secrets: [], tag })
    const lines = samples.map(({ line }) => line).filter(isJson)
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.filter((line) => !isJson(redact(line)))).toEqual([])
  })
})
