// Files that come over WhatsApp: what is said of them, who gets them fetched, and what comes of files that are not what they say.
import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import type { MediaFault } from './servers/whatsapp/media.ts'
import type { Contact } from './servers/whatsapp/phones/contact.ts'
import type { FileOptions } from './servers/whatsapp/phones/file-message.ts'
import { cli } from './support/cli.ts'
import { removeBoxes } from './support/hands.ts'
import { readTranscript } from './support/transcript.ts'
import { ask, createWhatsAppScenario, runningLinked, type WhatsAppScenario } from './support/whatsapp.ts'

const ANA = { number: '+15550001111', lid: '77770000222@lid', name: 'Ana Lima' }
const PETER = { number: '+15550005555', lid: '77770000666@lid', name: 'Peter' }

/** Of every value, and more than one piece of the helper's protocol; no two lengths are the same modulo a block. */
const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + length) % 256)
const PICTURE = bytesOf(300_001)
const PLAN = bytesOf(2_000_010)
const VOICE = bytesOf(16_384)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Ana is a friend, unless the rules say otherwise. */
const withHands = (whatsapp: Readonly<Record<string, unknown>> = {}): Promise<WhatsAppScenario> =>
  createWhatsAppScenario({ whatsapp: { dmPolicy: 'allowlist', allowFrom: [ANA.number], ...whatsapp } })

/** As `runningLinked`; no box is left either. */
const running = (
  scenario: WhatsAppScenario,
  use: () => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> =>
  runningLinked(
    scenario,
    async () => {
      try {
        await use()
      } finally {
        await removeBoxes(scenario)
      }
    },
    env,
  )

/** What comes back for something that was sent. */
const answerTo = async (
  { whatsapp }: WhatsAppScenario,
  who: Contact,
  send: () => Promise<string>,
): Promise<string> => {
  const before = who.received.length
  await send()
  await whatsapp.until(() => who.received.length > before, 'an answer')
  return who.received[before]?.text ?? ''
}

const lastQuestion = async ({ stateDir }: WhatsAppScenario, who: { readonly number: string }) => {
  const transcript = await readTranscript(stateDir, `whatsapp:dm:${who.number}`)
  return transcript?.messages.findLast(({ role }) => role === 'user')?.text
}

test('a friend’s picture, document and voice note are described, and come into their box byte by byte', async () => {
  const scenario = await withHands()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  await running(scenario, async () => {
    const caption = 'run sha256sum inbox/*'
    expect(await answerTo(scenario, ana, () => ana.sendImage(PICTURE, { caption }))).toContain(
      sha256(PICTURE),
    )
    expect(await lastQuestion(scenario, ANA)).toMatch(
      /^run sha256sum inbox\/\*\n\[Attachment saved as inbox\/[0-9a-f]{16}-photo\.jpg, 300,001 bytes\]$/,
    )
    const document = {
      caption,
      fileName: '../../../etc/cron.d/naïve plan.bin',
      mimetype: 'application/x-bin',
    }
    expect(await answerTo(scenario, ana, () => ana.sendDocument(PLAN, document))).toContain(sha256(PLAN))
    expect(await lastQuestion(scenario, ANA)).toMatch(
      /\n\[Attachment saved as inbox\/[0-9a-f]{16}-naïve plan\.bin, 2,000,010 bytes\]$/,
    )
    expect(await answerTo(scenario, ana, () => ana.sendVoice(VOICE))).toContain('voice')
    expect(await lastQuestion(scenario, ANA)).toMatch(
      /^\[Attachment saved as inbox\/[0-9a-f]{16}-voice\.ogg, 16,384 bytes\]$/,
    )
    const all = await ask(scenario, ana, caption)
    for (const bytes of [PICTURE, PLAN, VOICE]) expect(all).toContain(sha256(bytes))
    expect(whatsapp.media.requests.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await cli(scenario.env, 'audit', 'verify')).code).toBe(0)
  })
})

test('a guest’s files are described, and none is fetched', async () => {
  const scenario = await withHands({ dmPolicy: 'open', allowFrom: ['*'] })
  const { whatsapp } = scenario
  const peter = await whatsapp.addContact(PETER)
  await running(scenario, async () => {
    const caption = 'look at this'
    expect(await answerTo(scenario, peter, () => peter.sendImage(PICTURE, { caption }))).toMatch(
      /look at this\n\[An attachment was not taken in: .*guest.* \(photo, photo\.jpg, 300,001 bytes\)\]$/,
    )
    expect(await answerTo(scenario, peter, () => peter.sendDocument(PLAN, { caption }))).toMatch(
      /look at this\n\[An attachment was not taken in: .*guest.* \(document, document\.pdf, 2,000,010 bytes\)\]$/,
    )
    expect(await answerTo(scenario, peter, () => peter.sendVoice(VOICE))).toMatch(
      /\[An attachment was not taken in: .*guest.* \(voice, voice\.ogg, 16,384 bytes\)\]$/,
    )
    expect(whatsapp.media.requests).toEqual([])
  })
})

test('nothing of a stranger is fetched, neither when it comes nor once they are let in', async () => {
  const scenario = await withHands({ dmPolicy: 'pairing', allowFrom: [] })
  const { whatsapp, env } = scenario
  const peter = await whatsapp.addContact(PETER)
  await running(scenario, async () => {
    const reply = await answerTo(scenario, peter, () => peter.sendImage(PICTURE, { caption: 'it is me' }))
    const code = /\b[A-HJ-NP-Z2-9]{8}\b/.exec(reply)?.[0] ?? ''
    await peter.sendDocument(PLAN)
    const approved = await cli(env, 'pairing', 'approve', '--provider', 'whatsapp', code, '--notify')
    expect([approved.code, approved.stderr]).toEqual([0, ''])
    await whatsapp.until(() => peter.received.length === 2, 'the word that they are in')
    expect(await ask(scenario, peter, 'run ls inbox')).toMatch(/No such file/)
    expect(whatsapp.media.requests).toEqual([])
    // From now on they are a friend.
    const caption = 'run sha256sum inbox/*'
    expect(await answerTo(scenario, peter, () => peter.sendImage(PICTURE, { caption }))).toContain(
      sha256(PICTURE),
    )
    expect(whatsapp.media.requests).toHaveLength(1)
  })
})

test('what is too large, by its own word or in truth, is not taken in, and the turn goes on', async () => {
  const scenario = await withHands()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  await running(scenario, async () => {
    const caption = 'say I have seen it'
    const honest = { caption, facts: { fileLength: 20 * 1024 * 1024 + 1 } }
    expect(await answerTo(scenario, ana, () => ana.sendDocument(VOICE, honest))).toBe('I have seen it')
    expect(await lastQuestion(scenario, ANA)).toMatch(
      /\n\[An attachment was not taken in: it is larger than 20 MiB \(document, document\.pdf, 20,971,521 bytes\)\]$/,
    )
    expect(whatsapp.media.requests).toEqual([])
    whatsapp.media.fail('endless')
    expect(await answerTo(scenario, ana, () => ana.sendDocument(VOICE, { caption }))).toBe('I have seen it')
    expect(await lastQuestion(scenario, ANA)).toMatch(
      /\n\[An attachment was not taken in: it is larger than 20 MiB \(document, document\.pdf, 16,384 bytes\)\]$/,
    )
    expect(await ask(scenario, ana, 'run ls inbox')).toMatch(/No such file/)
  })
})

test('a file that is not what its message says, that is gone or breaks off is not taken in, and the turn goes on', async () => {
  const scenario = await withHands()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const NOT_IT =
    /not taken in: it is not the file that the message speaks of \(document, document\.pdf, 16,384 bytes\)\]$/
  const BAD: readonly (readonly [FileOptions['bad'] | MediaFault, RegExp])[] = [
    ['mac', NOT_IT],
    ['fileSha256', NOT_IT],
    ['fileEncSha256', NOT_IT],
    ['padding', NOT_IT],
    ['changed-byte', NOT_IT],
    ['not-found', /not taken in: WhatsApp does not keep it any more \(/],
    ['gone', /not taken in: WhatsApp does not keep it any more \(/],
    ['cut-off', /not taken in: the download failed \(/],
    ['redirect', /not taken in: the download failed \(/],
  ]
  await running(scenario, async () => {
    for (const [what, why] of BAD) {
      const caption = `say ${what ?? ''}`
      const bad = BAD_FILES.find((each) => each === what)
      const fault = FAULTS.find((each) => each === what)
      if (fault !== undefined) whatsapp.media.fail(fault)
      const send = () => ana.sendDocument(VOICE, { caption, ...(bad === undefined ? {} : { bad }) })
      expect(await answerTo(scenario, ana, send)).toBe(what)
      expect(await lastQuestion(scenario, ANA), what).toMatch(why)
    }
    expect(whatsapp.media.requests).toHaveLength(BAD.length)
    expect(whatsapp.media.strayRequests).toEqual([])
    expect(await ask(scenario, ana, 'run ls inbox')).toMatch(/No such file/)
  })
})

const BAD_FILES = ['mac', 'fileSha256', 'fileEncSha256', 'padding'] as const
const FAULTS = ['changed-byte', 'not-found', 'gone', 'cut-off', 'redirect'] as const

test('without Docker a file is not even fetched, and the answer says why', async () => {
  const scenario = await withHands()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const use = async (): Promise<void> => {
    expect(await answerTo(scenario, ana, () => ana.sendImage(PICTURE))).toMatch(/not taken in: .*Docker/)
    expect(whatsapp.media.requests).toEqual([])
  }
  await running(scenario, use, { DOCKER_HOST: `unix://${scenario.file('no-docker.sock')}` })
})

test('a gateway that is killed right after it saved a file has one file in the end, and one answer', async () => {
  const scenario = await withHands()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const use = async (): Promise<void> => {
    const caption = 'run ls -A inbox; sha256sum inbox/*'
    expect(
      await answerTo(scenario, ana, () => ana.sendDocument(PLAN, { caption, fileName: 'a.bin' })),
    ).toMatch(
      new RegExp(
        `^[0-9a-f]{16}-a\\.bin\\n${sha256(PLAN)} {2}inbox/[0-9a-f]{16}-a\\.bin\\n\\[exit code 0\\]$`,
      ),
    )
    expect(whatsapp.media.requests).toHaveLength(2)
    expect(ana.received).toHaveLength(1)
  }
  await running(scenario, use, { CLAWDBOT_TEST_KILL_AT: 'tool:after-act' })
})
