import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { RemoteText } from './remote-text.tsx'

const draw = (text: string): string => renderToStaticMarkup(<RemoteText text={text} />)

describe('text from outside', () => {
  it('makes no element and no link, whatever it says', () => {
    const drawn = draw(
      '<b>hi</b> <a href="https://evil.example">x</a> https://evil.example [y](javascript:1)',
    )
    expect(drawn).not.toMatch(/<(?!\/?(?:bdi|span)\b)/)
    expect(drawn).toContain('&lt;b&gt;')
  })

  it('shows what would hide or reorder it as a mark', () => {
    const drawn = draw('a\u202Eb\u200Bc\u001B[31m')
    for (const mark of ['U+202E', 'U+200B', 'U+001B']) expect(drawn).toContain(mark)
    for (const hidden of ['\u202E', '\u200B', '\u001B']) expect(drawn).not.toContain(hidden)
  })

  it('can not change the direction of what surrounds it', () => {
    expect(draw('שלום')).toMatch(/^<bdi /)
  })

  it('is cut when it is very long, and says by how much', () => {
    const drawn = draw('x'.repeat(70_000))
    expect(drawn.length).toBeLessThan(5000)
    expect(drawn).toContain('66000 more characters')
  })

  it('is whole and in its own order where it is decided about', () => {
    const command = `${'x'.repeat(30_000)} \u202E rm`
    const drawn = renderToStaticMarkup(<RemoteText text={command} shape="exact" />)
    expect(drawn).toContain('x'.repeat(30_000))
    expect(drawn).toContain('U+202E')
    expect(drawn).not.toContain('more characters')
    // An isolate would let right-to-left letters lead: `rm -rf א / ב` must not show another order.
    expect(drawn).toMatch(/^<bdo dir="ltr"/)
  })
})
