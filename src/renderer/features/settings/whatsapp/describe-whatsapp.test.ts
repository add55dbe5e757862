import { describe, expect, it } from 'vitest'
import type { GatewayView, ProviderView } from '../../../../shared/contracts/app-state.ts'
import { PROVIDER_STATES } from '../../../../shared/contracts/provider-status.ts'
import { linkView, providerView } from '../../../test/app-state.ts'
import { describeWhatsApp, type WhatsAppWords } from './describe-whatsapp.ts'

const words = (changed: Partial<ProviderView>, phase: GatewayView['phase'] = 'running'): WhatsAppWords =>
  describeWhatsApp(providerView({ provider: 'whatsapp', link: linkView(), ...changed }), { phase })

describe('the WhatsApp card', () => {
  it('has a title of its own for each state, and is good only when connected', () => {
    const titles = PROVIDER_STATES.map((state) => words({ state }).title)
    expect(new Set(titles).size).toBe(PROVIDER_STATES.length)
    for (const state of PROVIDER_STATES) expect(words({ state }).kind === 'good').toBe(state === 'connected')
  })

  it('has something to do about every state in which nobody is heard, unless it passes by itself', () => {
    const bad = PROVIDER_STATES.filter((state) => words({ state }).kind === 'bad')
    expect(bad).toEqual(['logged_out', 'refused', 'conflict', 'failed'])
    for (const state of bad) expect(words({ state }).offers).not.toEqual([])
    expect(words({ state: 'unlinked' }).offers).toEqual(['link'])
    expect(words({ state: 'conflict' }).offers).toEqual(['reconnect', 'unlink'])
    expect(words({ state: 'linking', link: linkView({ self: null }) }).offers).toEqual(['cancel'])
  })

  it('offers to start over where there is no account to reconnect: nothing is linked over a login that can not be read', () => {
    for (const state of ['refused', 'failed'] as const) {
      expect(words({ state }).offers).toEqual(['reconnect', 'unlink'])
      expect(words({ state, link: linkView({ self: null }) }).offers).toEqual(['start-over'])
    }
  })

  it('offers to unlink only what is known to be linked', () => {
    expect(words({ state: 'connecting' }).offers).toEqual(['unlink'])
    expect(words({ state: 'connecting', link: linkView({ self: null }) }).offers).toEqual([])
  })

  it('says a thing once: where the gateway gives a reason, its own general words are left out', () => {
    expect(words({ state: 'unlinked', detail: 'Nobody scanned the code.' })).toMatchObject({
      detail: 'Nobody scanned the code.',
      meaning: '',
    })
    expect(words({ state: 'conflict', detail: 'Another program uses this login.' }).detail).toBe('')
  })

  it('is not good while a file that could not be read closes it', () => {
    const closed = describeWhatsApp(
      providerView({ provider: 'whatsapp', link: linkView(), detail: 'closed: …' }),
      { phase: 'running' },
      'unreadable',
    )
    expect(closed).toMatchObject({ kind: 'bad', detail: '', offers: ['unlink'] })
  })

  it('tells a login that the phone ended from one that WhatsApp does not take now, which is kept', () => {
    expect(words({ state: 'logged_out', link: linkView({ self: null }) })).toMatchObject({
      title: 'Logged out on the phone',
      offers: ['link'],
    })
    expect(words({ state: 'logged_out' })).toMatchObject({
      title: 'Logged out by WhatsApp',
      offers: ['reconnect', 'unlink'],
    })
  })

  it('is no error while nobody has linked a phone', () => {
    expect(words({ state: 'unlinked', link: linkView({ self: null }) }).kind).toBe('off')
  })

  it('tells asking for a code, showing one, and a code that was scanned apart', () => {
    const code = { text: '2@abc', until: 2_000_000 }
    const titles = [
      words({ state: 'linking', link: linkView({ self: null }) }).title,
      words({ state: 'linking', link: linkView({ self: null, code }) }).title,
      words({ state: 'linking', link: linkView() }).title,
    ]
    expect(titles).toEqual([
      'Asking WhatsApp for a code',
      'Waiting for your phone',
      'Scanned: the phone links it now',
    ])
  })

  it('offers nothing while everything is stopped, and says to resume first', () => {
    for (const state of PROVIDER_STATES) {
      const { offers, meaning } = words({ state }, 'locked')
      expect(offers).toEqual([])
      expect(meaning).toContain('Resume first')
    }
  })

  it('offers to link while the gateway does not run, since that starts it; but not over what was linked before', () => {
    for (const phase of ['stopped', 'failed', 'backing-off'] as const) {
      const link = linkView({ self: null, use: 'unknown' })
      expect(words({ state: 'off', link }, phase).offers).toEqual(['link'])
      expect(words({ state: 'off', link: { ...link, use: 'separate' } }, phase).offers).toEqual([])
    }
    expect(words({ state: 'off' }, 'starting')).toMatchObject({ kind: 'busy', offers: [] })
  })

  it('says that it is switched off in the config whether or not the gateway runs', () => {
    for (const phase of ['running', 'stopped'] as const) {
      const { title, offers } = words({ state: 'off', detail: 'switched off in the config' }, phase)
      expect({ title, offers }).toEqual({ title: 'Switched off', offers: ['open-config'] })
    }
  })

  it('repeats what was said of a state only while the gateway runs', () => {
    expect(words({ state: 'retrying', detail: 'no network' }).detail).toBe('no network')
    expect(words({ state: 'retrying', detail: 'no network' }, 'stopped').detail).toBe('')
  })
})
