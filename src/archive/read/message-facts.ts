import { isObject, type JsonObject, numberIn, stringIn, wordsOf } from './json.ts'
import { NO_FACTS, type Part } from './line-facts.ts'

/** The text of a message's content: what was said and thought, without pictures and calls. */
export const saidIn = (content: unknown): string => {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content === undefined ? '' : wordsOf(content)
  let said = ''
  for (const part of content) {
    const text = textOfPart(part)
    if (text !== '') said = said === '' ? text : `${said}\n${text}`
  }
  return said
}

const textOfPart = (part: unknown): string => {
  if (!isObject(part)) return wordsOf(part)
  switch (part['type']) {
    case 'text':
      return stringIn(part, 'text')
    case 'thinking':
      return stringIn(part, 'thinking')
    case 'toolCall':
    case 'image':
      return ''
    default:
      return wordsOf(part)
  }
}

export interface CallPart {
  readonly id: string
  readonly tool: string
  readonly arguments: unknown
}

/** A call as it stands in an assistant's message; undefined for a part that is none. */
export const callOf = (part: unknown): CallPart | undefined =>
  isObject(part) && part['type'] === 'toolCall'
    ? { id: stringIn(part, 'id'), tool: stringIn(part, 'name'), arguments: part['arguments'] }
    : undefined

export const callsIn = (content: unknown): readonly CallPart[] =>
  Array.isArray(content) ? content.map(callOf).filter((call) => call !== undefined) : []

/** `provider/model`, as far as it is said. */
export const modelName = (provider: string, model: string): string =>
  [provider, model].filter((part) => part !== '').join('/')

const ranOnOf = (details: unknown): 'host' | 'sandbox' | '' => {
  const place = isObject(details) ? details['place'] : undefined
  return place === 'host' || place === 'sandbox' ? place : ''
}

export const isRefusedResult = (details: unknown): boolean => isObject(details) && details['refused'] === true

export const userPart = (message: JsonObject, at: number | null): Part => ({
  ...NO_FACTS,
  at,
  kind: 'user',
  hitKind: 'message',
  role: 'user',
  text: saidIn(message['content']),
})

/** The message itself, then each call in it. */
export const assistantParts = (
  message: JsonObject,
  calls: readonly CallPart[],
  at: number | null,
): readonly [Part, ...(readonly Part[])] => {
  const stop = message['stopReason']
  const failure = stringIn(message, 'errorMessage')
  const said = saidIn(message['content'])
  const shared = {
    ...NO_FACTS,
    at,
    kind: 'agent',
    role: 'assistant',
    model: modelName(stringIn(message, 'provider'), stringIn(message, 'model')),
  } as const
  const itself: Part = {
    ...shared,
    hitKind: 'message',
    isError: stop === 'error' || stop === 'aborted',
    text: failure === '' ? said : `${said}\n${failure}`,
  }
  if (calls.length === 0) return [itself]
  return [
    itself,
    ...calls.map(
      (call): Part => ({
        ...shared,
        hitKind: 'call',
        tool: call.tool,
        text: `${call.tool}\n${wordsOf(call.arguments)}`,
      }),
    ),
  ]
}

export const resultPart = (message: JsonObject, at: number | null): Part => ({
  ...NO_FACTS,
  at,
  kind: 'result',
  hitKind: 'result',
  role: 'tool',
  tool: stringIn(message, 'toolName'),
  ranOn: ranOnOf(message['details']),
  isError: message['isError'] === true,
  refused: isRefusedResult(message['details']),
  text: saidIn(message['content']),
})

/** A command that the user ran in pi, on their own computer. */
export const commandPart = (message: JsonObject, at: number | null): Part => {
  const exitCode = numberIn(message, 'exitCode')
  return {
    ...NO_FACTS,
    at,
    kind: 'result',
    hitKind: 'result',
    role: 'user',
    tool: 'bash',
    ranOn: 'host',
    isError: exitCode !== undefined && exitCode !== 0,
    text: `${stringIn(message, 'command')}\n${stringIn(message, 'output')}`,
  }
}
