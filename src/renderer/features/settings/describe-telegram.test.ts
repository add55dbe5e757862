import { describe, expect, it } from 'vitest'
import type { GatewayView, ProviderView } from '../../../shared/contracts/app-state.ts'
import { providerView } from '../../test/app-state.ts'
import { describeTelegram } from './describe-telegram.ts'
import type { MessengerWords } from './messenger-words.ts'

const words = (
  changed: Partial<ProviderView>,
  phase: GatewayView['phase'] = 'running',
  files: 'read' | 'unreadable' = 'read',
): MessengerWords => describeTelegram(providerView(changed), { phase }, files)

describe('the Telegram card', () => {
  it('does not ask for a token where it is switched off', () => {
    for (const phase of ['running', 'stopped'] as const) {
      const { title, meaning } = words({ state: 'off', detail: 'switched off in the config' }, phase)
      expect(title).toBe('Switched off')
      expect(meaning).toContain('telegram.enabled')
    }
  })

  it('asks for a token where there is none, even while the gateway does not run', () => {
    expect(words({ state: 'off', detail: 'no token' }, 'stopped').meaning).toContain('telegram.botToken')
    expect(words({ state: 'off', detail: '' }, 'stopped').title).toContain('gateway does not run')
  })

  it('is good only when it is connected, and nothing closes it', () => {
    expect(words({}).kind).toBe('good')
    expect(words({}, 'running', 'unreadable').kind).toBe('bad')
    expect(words({ state: 'refused' }).kind).toBe('bad')
  })
})
