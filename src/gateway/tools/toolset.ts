import { toErrorView } from '../../shared/domain/error.ts'
import type { HandName, Rights } from '../../shared/domain/hands.ts'
import type { Logger } from '../../shared/log/logger.ts'
import type { TurnTools } from '../agent/run-turn.ts'
import type { ToolCall, ToolOffer } from '../agent/turn.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { bash } from './bash.ts'
import { clean } from './clean.ts'
import { createDoor, type DoorOptions, type Passed, type Refused, refused } from './door.ts'
import { edit } from './edit.ts'
import type { HandTool } from './hand-tool.ts'
import { read } from './read.ts'
import { prepareSend, sendOffer } from './send.ts'
import { readToSend } from './send-file.ts'
import { toolName } from './tool-name.ts'
import { NO_DETAILS, refusedResult, type ToolResult } from './tool-result.ts'
import { write } from './write.ts'

export interface ToolsetOptions extends DoorOptions {
  readonly log: Logger
}

const HAND_TOOLS: Readonly<Record<HandName, HandTool>> = { bash, read, write, edit }

/** The tools of a turn. What a model calls is an attempt: it goes through the door, or comes to nothing. */
export const createToolset =
  (options: ToolsetOptions): ((item: AcceptedItem) => TurnTools<ToolResult>) =>
  (item) => {
    const door = createDoor(options, item)

    const run = (call: ToolCall, signal: AbortSignal): Promise<Passed | Refused> => {
      if (call.name === 'send') return runSend(call, signal)
      const name = handName(call.name)
      return name === undefined
        ? Promise.resolve(refused(`There is no tool ${call.name}.`))
        : runHand(name, call, signal)
    }

    const runHand = async (
      name: HandName,
      call: ToolCall,
      signal: AbortSignal,
    ): Promise<Passed | Refused> => {
      const now = door.allowed(name)
      if (now.kind === 'refused') return now
      const made = HAND_TOOLS[name].prepare(call.arguments)
      if (made.kind === 'refused') return made
      const { wantsHost, prepared } = made
      return door.act({ name, call, wantsHost, prepared }, signal)
    }

    const runSend = async (call: ToolCall, signal: AbortSignal): Promise<Passed | Refused> => {
      const may = door.maySend()
      if (may.kind === 'refused') return may
      const made = prepareSend(call.arguments, item, call.id)
      if (made.kind === 'refused') return made
      const { request, file } = made
      if (file === undefined) return door.send(call, request)
      const given = await readToSend(file, call, door, signal)
      if (given.kind !== 'read') return given
      if (signal.aborted) return refused('It was aborted before it was sent.')
      return door.send(call, { ...request, file: given.file })
    }

    return {
      offered: () => {
        const now = door.asked()
        return now === undefined ? [] : offersOf(now.rights)
      },
      run: async (call, signal) => {
        const result = await run(call, signal)
          .then((came): ToolResult => (came.kind === 'acted' ? came.result : refusedResult(came.why)))
          .catch((error: unknown): ToolResult => {
            options.log.error('a tool could not be used', {
              event: item.eventId,
              session: item.session,
              tool: toolName(call.name),
              error,
            })
            const { message } = toErrorView(error)
            return { text: message, isError: true, details: NO_DETAILS }
          })
        const { place, refused: isRefused, durationMs } = result.details
        const { isError } = result
        options.log.info('a tool was called', {
          event: item.eventId,
          session: item.session,
          tool: toolName(call.name),
          place,
          refused: isRefused,
          isError,
          durationMs,
        })
        return { ...result, text: clean(result.text, options) }
      },
      notBegun: () => refusedResult('Not begun: the turn was ended.'),
    }
  }

const handName = (name: string): HandName | undefined =>
  name === 'bash' || name === 'read' || name === 'write' || name === 'edit' ? name : undefined

/** In the order of the table. */
const offersOf = (rights: Rights): readonly ToolOffer[] => {
  const hands = (['bash', 'read', 'write', 'edit'] as const).flatMap((name) => {
    const { kind } = rights.hands[name]
    return kind === 'refused' ? [] : [HAND_TOOLS[name].offer(kind)]
  })
  return rights.send === 'nobody' ? hands : [...hands, sendOffer(rights.send, rights.hands.read.kind)]
}
