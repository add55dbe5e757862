import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SOURCE = resolve(import.meta.dirname, '../..')

/** Each place in the product's own source that names a path of Docker's API for containers, as `file: path`. */
const asked = (): readonly string[] =>
  readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|[/\\]testing[/\\]/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(SOURCE, file), 'utf8')
      return [...text.matchAll(/[`'"](\/(?:v[\d.]+\/)?(?:containers|exec)\/[^`'"]*)/g)].map(
        ([, path = '']) => `${relative('.', file)}: ${path}`,
      )
    })

describe('what is asked of Docker about containers', () => {
  it('is never to copy into or out of one, nor to run a command in one: both have been a way out (CVE-2018-15664, CVE-2019-14271, CVE-2019-5736, CVE-2024-21626, CVE-2026-41567, CVE-2026-41568, CVE-2026-42306)', () => {
    const all = asked()
    const known =
      /^[^:]+: \/containers\/(?:create\?|json\?|\$\{[^}]+\}(?:$|\?|\/(?:json|wait\?|stats\?|start|update|attach\?)))/
    expect(all.filter((one) => !known.test(one))).toEqual([])
    expect(all.length).toBeGreaterThan(8)
    expect(known.test('x.ts: /containers/${id}/archive?path=/')).toBe(false)
    expect(known.test('x.ts: /containers/${id}/exec')).toBe(false)
  })
})
