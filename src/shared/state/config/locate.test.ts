import * as fc from 'fast-check'
import JSON5 from 'json5'
import { describe, expect, it } from 'vitest'
import { findDuplicateKey, lineAndColumn, type Path, type Place, placeAt, scanJson5 } from './locate.ts'

const scan = (text: string): Place => {
  const root = scanJson5(text)
  if (root === undefined) throw new Error(`not scanned: ${text}`)
  return root
}

/** A value written as JSON5 in one of its many ways: `draw` picks, so that a failure shrinks. */
const write = (value: unknown, draw: (limit: number) => number): string => {
  const blank = (): string =>
    ['', ' ', '\n', '\t\u00a0\ufeff', '// a: {"b": [1, \n', '/* } ] */', '\r\n  '][draw(7)] ?? ''
  const quote = (text: string): string =>
    draw(2) === 0
      ? JSON.stringify(text)
      : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  const name = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) && draw(2) === 0 ? key : quote(key))
  const list = (items: readonly string[]): string =>
    items.join(`${blank()},${blank()}`) + (items.length > 0 && draw(2) === 0 ? `${blank()},` : '')
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${blank()}${list(value.map((item) => write(item, draw)))}${blank()}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, inner]) => `${name(key)}${blank()}:${blank()}${write(inner, draw)}`,
    )
    return `{${blank()}${list(members)}${blank()}}`
  }
  return String(value)
}

const paths = (value: unknown, path: Path = []): readonly Path[] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) =>
        paths(inner, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
]

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner ? Reflect.get(inner, key) : undefined),
    value,
  )

describe('the place of a value in JSON5', () => {
  it('is where json5 reads that value, for every value at every path in every spelling', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('a', '__proto__', 'x:y', '{', "'"),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.constantFrom(true, false, null, 0.5, -1e21),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(value, fc.infiniteStream(fc.nat()), (data, stream) => {
        const written = write(data, (limit) => (stream.next().value ?? 0) % limit)
        const parsed: unknown = JSON5.parse(written)
        const root = scan(`  ${written} // end`)
        for (const path of paths(parsed)) {
          const place = placeAt(root, path)
          if (place === undefined) throw new Error(`no place for ${JSON.stringify(path)}`)
          const source = `  ${written} // end`
          expect(JSON5.parse(source.slice(place.start, place.end))).toEqual(at(parsed, path))
          const key = path.at(-1)
          if (typeof key !== 'string' || place.keyStart === undefined) continue
          const member: unknown = JSON5.parse(`{${source.slice(place.keyStart, place.end)}}`)
          expect(Object.keys(member ?? {})).toEqual([key])
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is found through escapes, numbers of every form and comments that look like JSON5', () => {
    const text = `{ \\u0061b: +.5, c: [0xFF, -Infinity, NaN, 5.], /* "d": 1 */ 'd\\'"': 'x\\
y' }`
    const root = scan(text)
    const slice = (...path: Path) => {
      const place = placeAt(root, path)
      return place && text.slice(place.start, place.end)
    }
    expect(slice('ab')).toBe('+.5')
    expect(slice('c', 0)).toBe('0xFF')
    expect(slice('c', 3)).toBe('5.')
    expect(slice('d\'"')).toBe("'x\\\ny'")
    expect(slice('e')).toBeUndefined()
    expect(slice('c', 4)).toBeUndefined()
  })

  it('of a key that is given twice is the last, which json5 takes, and the first repetition is found', () => {
    const text = '{ a: 1, b: { c: 1, "c": 2 }, a: 3 }'
    const root = scan(text)
    expect(placeAt(root, ['a'])?.start).toBe(text.indexOf('3'))
    expect(findDuplicateKey(root)?.path).toEqual(['b', 'c'])
    expect(findDuplicateKey(scan('{ a: { x: 1 }, b: [{ x: 1 }, { x: 2 }] }'))).toBeUndefined()
  })

  it('is not looked for where the nesting has no end', () => {
    expect(scanJson5('['.repeat(100_000) + ']'.repeat(100_000))).toBeUndefined()
  })
})

describe('line and column', () => {
  it('count from one', () => {
    expect(lineAndColumn('ab\ncd\r\ne', 0)).toEqual({ line: 1, column: 1 })
    expect(lineAndColumn('ab\ncd\r\ne', 4)).toEqual({ line: 2, column: 2 })
    expect(lineAndColumn('ab\ncd\r\ne', 7)).toEqual({ line: 3, column: 1 })
  })
})
