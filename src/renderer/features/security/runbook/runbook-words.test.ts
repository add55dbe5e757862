import { describe, expect, it } from 'vitest'
import { INCIDENT_STEPS, type IncidentSession } from '../../../../shared/contracts/stop-views.ts'
import { incidentView, stopResult } from '../../../test/app-state.ts'
import { clockSeconds } from '../../../ui/text/format-time.ts'
import { isDone, logWords, secretWords, sessionWords, stopWords } from './runbook-words.ts'

const survivor = { kind: 'process', pid: 1, command: 'sh' } as const
const done = { stop: null, logs: 5, sessions: null, secrets: null, rules: null }

const session = (key: string, midTurn: boolean): IncidentSession => ({
  key,
  sessionId: key,
  updatedAt: 0,
  midTurn,
})

describe('the runbook', () => {
  it('has its first step done by proof alone, and every step by its tick', () => {
    const unproven = stopResult({ survivors: [survivor] })
    expect(isDone('stop', incidentView(), stopResult())).toBe(true)
    expect(isDone('stop', null, stopResult())).toBe(true)
    expect(isDone('stop', incidentView(), unproven)).toBe(false)
    expect(isDone('stop', incidentView(), null)).toBe(false)
    expect(INCIDENT_STEPS.filter((step) => isDone(step, incidentView({ done }), unproven))).toEqual(['logs'])
  })

  it('says that it is not proven even where the owner has ticked it', () => {
    const unproven = stopResult({ survivors: [survivor] })
    expect(stopWords(stopResult(), 0)).toBe('Done, and proven: nothing of it was left.')
    expect(stopWords(unproven, 0)).toContain('Not proven')
    expect(stopWords(unproven, 0, 'ticked')).toContain('still not proven')
    expect(stopWords(null, 0)).toContain('not known')
  })

  it('counts the replies that were cut off', () => {
    expect(stopWords(stopResult(), 1)).toContain('One reply was cut in mid-send and is marked unconfirmed.')
    expect(stopWords(stopResult(), 2)).toContain(
      'Two replies were cut in mid-send and are marked unconfirmed.',
    )
  })

  it('counts the lines of that minute', () => {
    expect(logWords(incidentView())).toBe(`212 lines, 3 warnings, from ${clockSeconds(1_000_000)} on.`)
    expect(logWords(incidentView({ logLines: 1, logWarnings: 1, logFrom: null }))).toBe('1 line, 1 warning.')
    expect(logWords(incidentView({ logLines: 0 }))).toContain('no lines')
  })

  it('names the sessions, which were in mid-turn, and how many more there were', () => {
    expect(sessionWords(incidentView({ sessions: [session('a', true), session('main', false)] }))).toBe(
      'a (mid-turn), main.',
    )
    const six = ['1', '2', '3', '4', '5', '6'].map((key) => session(key, false))
    expect(sessionWords(incidentView({ sessions: six }))).toBe('1, 2, 3, 4, and two more.')
  })

  it('names every secret, and claims that there was none only where that is known', () => {
    const secret = { name: 'Telegram bot token', where: '', reach: '', how: '' }
    expect(secretWords(incidentView({ secrets: [secret] }))).toBe(
      'Telegram bot token. Nothing else was readable by the gateway.',
    )
    expect(secretWords(incidentView())).toContain('no secret')
    expect(secretWords(null)).toContain('not known')
  })
})
