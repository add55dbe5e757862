import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

const html = await readFile(new URL('./index.html', import.meta.url), 'utf8')
const policy = /Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? ''

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The style element that the toasts library adds when it is loaded. */
const toastStyles = async (): Promise<string> => {
  const source = await readFile(new URL(import.meta.resolve('sonner')), 'utf8')
  const literal = /__insertCSS\(("(?:[^"\\]|\\.)*")\)/.exec(source)?.[1] ?? '""'
  return String(JSON.parse(literal))
}

describe('the content security policy of the window', () => {
  it('allows nothing by default, no connection, and only our own scripts', () => {
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  })

  it('allows exactly the style element of the toasts library that is installed', async () => {
    expect(policy).toContain(`style-src 'self' ${hash(await toastStyles())} ${hash('')};`)
  })
})
