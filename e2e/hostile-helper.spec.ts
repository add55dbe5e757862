// Boxes in which the helper is not ours: what comes out of them reaches a real gateway, which goes on for everybody else.
import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { engineAt } from '../scripts/docker/test-image.ts'
import { findBusybox } from '../scripts/system/packages.ts'
import { HELPER_VERSION } from '../src/shared/contracts/helper.ts'
import { encodeFrame } from '../src/shared/contracts/helper-frames.ts'
import { tar } from '../src/supervisor/sandbox/image/tar.ts'
import { eventually, startHeadless } from './support/cli.ts'
import { dockerHost } from './support/docker.ts'
import { ANA, ask, boxesOf, OWNER, removeBoxes, withHands } from './support/hands.ts'

/** As printf of a shell takes it. */
const octal = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')

const frame = (header: object, body?: Uint8Array): string => `printf '${octal(encodeFrame(header, body))}'`
const HELLO = frame({ kind: 'hello', id: 0, version: HELPER_VERSION, workspace: '/workspace' })

/** What stands in for python3, and so for the helper. */
const HELPERS = {
  'says nothing of what a helper says': 'while :; do echo garbage; done',
  'announces a frame without end': `${HELLO}; printf '\\377\\377\\377\\377\\000\\000\\000\\002{}'; while :; do printf '%01000d' 0; done`,
  'answers what nobody asked': `${HELLO}; while :; do ${frame({ kind: 'end', id: 77, exitCode: 0, signal: null, timedOut: false, aborted: false, durationMs: 1, dropped: 0 })}; done`,
  'floods with output for the one command': `${HELLO}; head -c 9 >/dev/null; while :; do ${frame({ kind: 'output', id: 1, stream: 'stdout' }, new Uint8Array(60_000))}; done`,
  'answers with another form': `${HELLO}; head -c 9 >/dev/null; ${frame({ kind: 'end', id: 1, exitCode: 'root', __proto__: { admin: true } })}; sleep 1000`,
  'ends in the middle of a word': `${HELLO}; head -c 9 >/dev/null; printf '\\000\\000'`,
} as const

const importImage = async (image: string, script: string): Promise<void> => {
  const busybox = await findBusybox()
  if (busybox === undefined) throw new Error('a static busybox is needed')
  const body = tar([
    { kind: 'folder', path: 'bin/' },
    { kind: 'folder', path: 'usr/' },
    { kind: 'folder', path: 'usr/bin/' },
    { kind: 'program', path: 'bin/busybox', contents: await readFile(busybox) },
    ...['sh', 'head', 'sleep', 'printf', 'echo'].map(
      (name) => ({ kind: 'link', path: `bin/${name}`, to: 'busybox' }) as const,
    ),
    { kind: 'program', path: 'usr/bin/python3', contents: Buffer.from(`#!/bin/sh\n${script}\n`) },
  ])
  const path = `/images/create?fromSrc=-&repo=${image}&tag=latest`
  const answer = await engineAt(dockerHost()).ask({ method: 'POST', path, within: 60_000, body })
  expect(answer).toMatchObject({ kind: 'answer', status: 200 })
}

for (const [index, [name, script]] of Object.entries(HELPERS).entries()) {
  test(`a helper that ${name} costs its box, and the gateway answers everybody else`, async () => {
    const image = `clawdbot-test-helper-${index}`
    await importImage(image, script)
    const scenario = await withHands({ agent: { sandbox: { docker: { image } } } })
    const gateway = startHeadless(scenario.env)
    try {
      const { telegram } = scenario
      await telegram.waitFor(() => telegram.isPolling())
      telegram.dm(ANA, 'run echo hello')
      // While that box does what it does, and after.
      for (let turn = 0; turn < 3; turn += 1) {
        expect(await ask(scenario, OWNER, `say still here ${turn}`)).toBe(`still here ${turn}`)
      }
      const answer = await eventually('an answer to Ana', () =>
        telegram.sent.find(({ chatId }) => chatId === ANA.id),
      )
      expect(answer.text).not.toMatch(/^hello/)
      // That of the owner was started ahead and never asked anything.
      const hers = async (): Promise<readonly string[]> =>
        (await boxesOf(scenario))
          .filter(({ labels }) => labels['clawdbot.sessionKey'] !== 'main')
          .map(({ state }) => state)
      await expect.poll(hers).toEqual([])
      expect(gateway.child.exitCode).toBeNull()
      expect(await ask(scenario, OWNER, 'say after it')).toBe('after it')
    } finally {
      await gateway.stop()
      await removeBoxes(scenario)
      await engineAt(dockerHost()).ask({ method: 'DELETE', path: `/images/${image}?force=1`, within: 60_000 })
      await scenario.end()
    }
  })
}
