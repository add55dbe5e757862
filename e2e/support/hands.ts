// Scenarios in which the agent has hands: a model that obeys every word, people who ask it, and boxes of the scenario's own.
import { engineAt } from '../../scripts/docker/test-image.ts'
import { listOurs, type OurContainer } from '../../src/supervisor/docker/our-containers.ts'
import { startHeadless } from './cli.ts'
import { dockerHost } from './docker.ts'
import { ANA, createScenario, OWNER, type Scenario } from './scenario.ts'

export type Person = { readonly id: number; readonly first_name: string }
export { ANA, OWNER }

interface Rules {
  /** Besides `model`. */
  readonly agent?: Readonly<Record<string, unknown>>
  readonly telegram?: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

/** The owner, and Ana as a friend. Everybody else is dropped unless `telegram` says otherwise. */
export const withHands = ({ agent, telegram, ...rest }: Rules = {}): Promise<Scenario> =>
  createScenario({
    ...rest,
    telegram: {
      botToken: '123456:TEST-token',
      dmPolicy: 'allowlist',
      allowFrom: [String(ANA.id)],
      ...telegram,
    },
    agent: { model: 'offline/obedient', ...agent },
  })

/** Writes and waits for the next message to the same chat. */
export const ask = async ({ telegram }: Scenario, who: Person, text: string): Promise<string> => {
  const to = (): readonly string[] =>
    telegram.sent.filter(({ chatId }) => chatId === who.id).map((sent) => sent.text)
  await telegram.waitFor(() => telegram.isPolling())
  const before = to().length
  telegram.dm(who, text)
  await telegram.waitFor(() => to().length > before, `an answer to ${JSON.stringify(text.slice(0, 80))}`)
  return to()[before] ?? ''
}

/** This scenario's containers, in whatever state. */
export const boxesOf = async (scenario: Scenario): Promise<readonly OurContainer[]> => {
  const list = await listOurs(
    engineAt(dockerHost()),
    scenario.env['CLAWDBOT_TEST_SANDBOX_LABEL'] ?? '',
    60_000,
  )
  if (list.kind !== 'list') throw new Error(`Docker ${list.why}`)
  return list.containers
}

/** Docker's own inspection of one. */
export const inspectBox = async (id: string): Promise<unknown> => {
  const answer = await engineAt(dockerHost()).ask({
    method: 'GET',
    path: `/containers/${id}/json`,
    within: 60_000,
  })
  if (answer.kind !== 'answer') throw new Error(`Docker ${answer.why}`)
  return JSON.parse(answer.body)
}

/** Removes what a test that failed may have left. */
export const removeBoxes = async (scenario: Scenario): Promise<void> => {
  const engine = engineAt(dockerHost())
  for (const { id } of await boxesOf(scenario)) {
    await engine.ask({ method: 'DELETE', path: `/containers/${id}?force=1`, within: 60_000 })
  }
}

/** Does this while a gateway of the scenario runs, with `env` besides; after it nothing of the scenario is left. */
export const running = async (
  scenario: Scenario,
  use: () => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const gateway = startHeadless({ ...scenario.env, ...env })
  try {
    await scenario.telegram.waitFor(() => scenario.telegram.isPolling())
    await use()
  } finally {
    await gateway.stop()
    await removeBoxes(scenario)
    await scenario.end()
  }
}
