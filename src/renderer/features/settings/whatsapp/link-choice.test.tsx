import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { NumberUse } from '../../../../shared/contracts/app-state.ts'
import { LinkChoice } from './link-choice.tsx'
import { LinkCode } from './link-code.tsx'

const choice = (said: NumberUse): string =>
  renderToStaticMarkup(<LinkChoice said={said} off={false} onLink={() => undefined} />)

const inputs = (markup: string): readonly string[] => markup.match(/<input[^>]*>/g) ?? []

describe('the question before a code is shown', () => {
  it('has no answer of its own, and no code without one', () => {
    const markup = choice('unknown')
    expect(inputs(markup)).toHaveLength(2)
    expect(inputs(markup).some((input) => input.includes('checked'))).toBe(false)
    expect(markup).toMatch(/<button[^>]*aria-disabled="true"[^>]*>Show QR code/)
  })

  it('keeps the answer that was given before', () => {
    for (const said of ['own', 'separate'] as const) {
      const markup = choice(said)
      const chosen = inputs(markup).find((input) => input.includes('checked'))
      expect(chosen).toContain(`value="${said}"`)
      expect(markup).not.toContain('aria-disabled=')
    }
  })

  it('advises a number of its own', () => {
    expect(choice('unknown')).toMatch(/A number of its own <span[^>]*>advised/)
  })
})

describe('the place of the code', () => {
  it('says what to do on the phone while the code is on its way', () => {
    const markup = renderToStaticMarkup(<LinkCode code={null} self={null} />)
    expect(markup).toContain('Asking WhatsApp for a code')
    expect(markup).toContain('Linked devices')
    expect(markup).not.toContain('<path d="M0')
  })

  it('asks for no second scan once the phone has it', () => {
    const self = { number: '+15550001111', account: '', name: '' }
    const markup = renderToStaticMarkup(<LinkCode code={null} self={self} />)
    expect(markup).toContain('The phone links it now')
    expect(markup).not.toContain('Linked devices')
  })
})
