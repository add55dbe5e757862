// Many people at once, for a while, over a network that breaks all the time.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { createCrowd } from './servers/whatsapp/phones/crowd.ts'
import type { WhatsAppServer } from './servers/whatsapp/server.ts'
import { cli } from './support/cli.ts'
import { readTranscript } from './support/transcript.ts'
import { createWhatsAppScenario, runningLinked } from './support/whatsapp.ts'

const CONTACTS = 200
/** Of each: 5,000 in all. */
const MESSAGES = 25
/** Milliseconds that a connection is left alone, at least and at most. */
const [SHORTEST, LONGEST] = [2_000, 3_000]
const LIMIT_MS = 600_000

const numberOf = (contact: number): string => `+1555${String(1_000_000 + contact)}`

/** The same course of events in every run, as far as it is ours. */
const sequence = (): (() => number) => {
  let last = 1
  return () => {
    last = (Math.imul(last, 1_664_525) + 1_013_904_223) >>> 0
    return last / 2 ** 32
  }
}

/** Breaks each connection after a while, until `stop`; and between two breaks stanzas come twice, in another order, or late. */
const breaking = (whatsapp: WhatsAppServer, random: () => number) => {
  const { faults } = whatsapp
  const over = new AbortController()
  let breaks = 0
  const breakAgain = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await whatsapp.until(() => over.signal.aborted || whatsapp.isActive(), 'a connection')
      faults.duplicateNext(Math.floor(random() * 5))
      faults.delayNext(Math.floor(random() * 400), Math.floor(random() * 5))
      faults.reorderNext(2 + Math.floor(random() * 3))
      await pause(SHORTEST + random() * (LONGEST - SHORTEST), undefined, over)
      faults.drop()
      breaks += 1
      // The server hears of it a moment later: until then it takes the old connection for a new one.
      await whatsapp.until(() => over.signal.aborted || !whatsapp.isActive(), 'the end of the connection')
    }
  }
  // Ended by `stop` alone, or by a server that is gone.
  const ended = breakAgain().catch(() => undefined)
  return {
    breaks: () => breaks,
    stop: async () => {
      over.abort()
      faults.heal()
      await ended
    },
  }
}

test('5,000 messages from 200 people, and the network breaks every few seconds: each is answered once, in order, and none is lost', async () => {
  test.setTimeout(LIMIT_MS * 2)
  const scenario = await createWhatsAppScenario({
    agent: { model: 'offline/obedient', sandbox: { ahead: 0 } },
    whatsapp: {
      dmPolicy: 'allowlist',
      allowFrom: Array.from({ length: CONTACTS }, (_, contact) => numberOf(contact)),
    },
  })
  const { whatsapp, env, stateDir } = scenario
  await runningLinked(scenario, async () => {
    const random = sequence()
    const crowd = await createCrowd(whatsapp, { contacts: CONTACTS, messages: MESSAGES, random })
    const network = breaking(whatsapp, random)
    try {
      await crowd.speak(LIMIT_MS)
      await crowd.whole(LIMIT_MS)
    } finally {
      await network.stop()
    }
    expect(network.breaks()).toBeGreaterThan(5)
    await whatsapp.until(
      () => whatsapp.pending().every(({ tag }) => tag !== 'message'),
      'all to be confirmed',
    )
    expect(crowd.report()).toMatchObject({
      sent: CONTACTS * MESSAGES,
      answered: CONTACTS * MESSAGES,
      lost: [],
      twice: [],
      outOfOrder: [],
      strange: [],
    })
    for (const [contact, { receipts, devices, name }] of crowd.members.entries()) {
      // Nothing had to be encrypted anew.
      const again = devices.map(({ asked: retries }) => retries.size)
      expect([...again, ...receipts.filter(({ type }) => type === 'retry')], name).toEqual(
        devices.map(() => 0),
      )
      const transcript = await readTranscript(stateDir, `whatsapp:dm:${numberOf(contact)}`)
      expect(transcript?.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual(
        Array.from({ length: MESSAGES }, (_, message) => `${String(contact)}.${String(message)}`).flatMap(
          (words) => [`user: say ${words}`, `assistant: ${words}`],
        ),
      )
    }
    expect((await cli(env, 'audit', 'verify')).code).toBe(0)
    expect(whatsapp.unknown()).toEqual([])
  })
})
