import { existsSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { STEPS } from '../src/gateway/failpoint.ts'
import { eventually, startHeadless } from './support/cli.ts'
import { ANA, createScenario } from './support/scenario.ts'
import { readTranscript } from './support/transcript.ts'

/** From here on the gateway can not know whether the message left. */
const UNCERTAIN: ReadonlySet<string> = new Set([
  'outbox:after-intent',
  'audit:before-ask',
  'audit:after-answer',
  'outbox:after-send',
])

// At each step of a message's way the gateway kills itself once, with SIGKILL.
for (const step of STEPS) {
  test(`killed -9 at ${step}: the accepted message is kept, run once, and answered at most once`, async () => {
    const scenario = await createScenario({
      telegram: { botToken: '123456:TEST-token', dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
    })
    const { telegram, anthropic } = scenario
    anthropic.reply(() => 'Exactly one answer.')
    const env = { ...scenario.env, CLAWDBOT_TEST_KILL_AT: step }
    const gateway = startHeadless(env)
    try {
      await telegram.waitFor(() => telegram.isPolling())
      telegram.dm(ANA, 'once, please')
      // The kill is real: it left its mark in the gateway's folder.
      const marker = scenario.file('gateway', `killed-at-${step.replace(':', '-')}`)
      await eventually('the kill', () => (existsSync(marker) ? true : undefined))
      const transcript = await eventually('one finished turn', async () => {
        const found = await readTranscript(scenario.stateDir, `telegram:dm:${ANA.id}`)
        const closed = found?.entries.some(({ customType }) => customType === 'clawdbot.outbound')
        return closed === true ? found : undefined
      })
      // A second message is answered after the first is settled, so nothing else can still arrive.
      anthropic.reply(() => 'The second answer.')
      telegram.dm(ANA, 'and another')
      await telegram.waitFor(() => telegram.sent.some(({ text }) => text === 'The second answer.'))
      const answers = telegram.sent.filter(({ text }) => text === 'Exactly one answer.').length
      if (UNCERTAIN.has(step)) {
        expect(answers).toBe(step === 'outbox:after-send' ? 1 : 0)
        expect(JSON.stringify(transcript.entries)).toContain('unconfirmed')
      } else {
        expect(answers).toBe(1)
      }
      const users = transcript.messages.filter(
        ({ role, text }) => role === 'user' && text.includes('once, please'),
      )
      expect(users).toHaveLength(1)
      const finals = transcript.messages.filter(({ text }) => text === 'Exactly one answer.')
      expect(finals).toHaveLength(1)
    } finally {
      await gateway.stop()
      await scenario.end()
    }
  })
}
