import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRedactor } from './redactor.ts'

const tag = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8)
const LINES = 20_000

/** Numbers from 0 up to `below`, the same in every run. */
const createDice = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const dice = createDice(20_260_106)
const one = <T>(from: readonly T[]): T => {
  const chosen = from[dice(from.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}
const some = (count: number, make: () => string, between: string): string =>
  Array.from({ length: count }, make).join(between)
const hex = (length: number): string => some(length, () => '0123456789abcdef'[dice(16)] ?? '0', '')
const uuid = (): string => [8, 4, 4, 4, 12].map(hex).join('-')
const number = (): number => dice(10 ** (1 + dice(9)))
const time = (): string => new Date(Date.UTC(2026, 0, 6) + dice(2 ** 31)).toISOString()

const WORDS = (
  'the a of to and is was token tokens key keys secret password cookie code access api auth session message user name file ' +
  'path error server client request answer model tool call result sandbox host gateway budget limit window cache index ' +
  'author basic bearer credential discord slack telegram azure okta sonar private public table row count state type value'
).split(' ')
const words = (count: number): string => some(count, () => one(WORDS), ' ')
const name = (): string => one(WORDS) + (dice(2) === 0 ? '' : `${one(['_', '-', '.'])}${one(WORDS)}`)
const path = (): string => `/${some(1 + dice(5), name, '/')}.${one(['ts', 'json', 'md', 'py', 'log'])}`
const camel = (): string =>
  one(WORDS) + some(1 + dice(2), () => one(WORDS).replace(/^./, (first) => first.toUpperCase()), '')

/** What logs, tools and people write that is nobody's secret. */
const KINDS: readonly (() => string)[] = [
  () => `${words(4 + dice(16))}${one(['.', '?', '!', ':'])}`,
  () =>
    JSON.stringify({
      time: time(),
      0: '{"subsystem":"gateway/turns"}',
      1: `the turn ended after ${number()} ms with ${dice(13)} tool calls`,
      2: { event: hex(8), session: `telegram:dm:${811_204_553 + dice(1e6)}`, inputTokens: number() },
      _meta: { pid: dice(65_536), logLevelId: 3, logLevelName: 'INFO' },
    }),
  () =>
    JSON.stringify({
      inputTokens: number(),
      outputTokens: number(),
      maxTokens: number(),
      tokenCount: number(),
    }),
  () =>
    JSON.stringify({
      id: uuid(),
      sessionKey: 'agent:main:main',
      keyName: camel(),
      updatedAt: Date.UTC(2026, 0),
    }),
  () => `${time()} ${one(['INFO', 'WARN', 'ERROR'])} ${path()}:${dice(2000)}:${dice(120)} ${words(5)}`,
  () => `commit ${hex(40)}`,
  () => `${hex(7)} ${words(6)}`,
  () => `sha256:${hex(64)}  ${path()}`,
  () => `-rw-r--r-- 1 me me ${number()} Jan ${1 + dice(28)} 19:${10 + dice(50)} ${name()}`,
  () => `const ${camel()} = ${camel()}(${camel()}, ${dice(100)})`,
  () =>
    `export const ${camel()} = (${camel()}: string): ${one(['string', 'boolean', 'number'])} => ${camel()}`,
  () => `if (${camel()} === null || ${camel()}.${camel()} !== undefined) return ${camel()}`,
  () => `import { ${camel()} } from './${name()}.ts'`,
  () => `    at ${camel()} (file://${path()}:${dice(900)}:${dice(90)})`,
  () => `https://example.org${path()}?page=${dice(90)}&limit=${dice(100)}&sort=${name()}#${name()}`,
  () => `${one(['GET', 'POST'])} ${path()} ${one(['200', '304', '404', '503'])} ${dice(900)}ms`,
  () =>
    `${name()}@${dice(30)}.${dice(20)}.${dice(20)} resolved https://registry.example.org/${name()}/-/${name()}.tgz`,
  () => `| ${some(4, () => words(1 + dice(3)), ' | ')} |`,
  () => `${dice(256)}.${dice(256)}.${dice(256)}.${dice(256)}:${dice(65_536)} ${words(3)}`,
  () => `- ${words(3)}: ${words(4)} (${number()} ${one(['ms', 'bytes', 'rows'])})`,
  () => `✓ ${path()} > ${words(7)} ${dice(900)}ms`,
  () => `diff --git a${path()} b${path()}`,
  () => `@@ -${dice(900)},${dice(30)} +${dice(900)},${dice(30)} @@ ${camel()}`,
  () => `${words(3)} — ${one(['Grüße', '日本語の行', 'строка', 'naïve café', '👩‍🚀'])} ${words(3)}`,
  () => `<${name()} class="${name()} ${name()}" id="${camel()}">${words(4)}</${name()}>`,
  () => `${one(['npm', 'git', 'docker'])} ${one(['run', 'log', 'ps'])} --${name()} --${name()}=${dice(100)}`,
]

describe('text without a secret', () => {
  const lines = Array.from({ length: LINES }, (_, index) => (KINDS[index % KINDS.length] ?? one(KINDS))())

  for (const purpose of ['log', 'model', 'export'] as const) {
    it(`is left as it is for the purpose ${purpose}, but for less than one line of a thousand`, () => {
      const redact = createRedactor({ secrets: ['correct-horse-battery'], tag, purpose })
      const changed = lines.filter((line) => redact(line) !== line)
      expect(changed.length >= LINES / 1000 ? changed.slice(0, 20) : []).toEqual([])
    })
  }
})
