import { PROVIDER_LABEL } from '../../shared/domain/provider.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { LinkAnswer } from '../../shared/state/link-request.ts'
import type { CliContext } from '../context.ts'
import { askSupervisor } from '../link/ask-supervisor.ts'
import { createCodeDisplay } from '../link/code-display.ts'
import { linkedProvider, numberUse } from '../link/link-arguments.ts'

export interface LinkOptions {
  readonly number?: string
}

/** Links a messenger to a phone: draws codes until one was scanned and the messenger is connected. */
export const link = async (context: CliContext, name: string, options: LinkOptions): Promise<void> => {
  const { paths, print, warn } = context
  const provider = linkedProvider(name)
  const label = PROVIDER_LABEL[provider]
  const use = await numberUse(paths, provider, options.number)
  if (use === 'own') warn(OWN)
  const display = createCodeDisplay(context)
  let said = ''
  const say = (sentence: string): void => {
    if (sentence !== said) print(sentence)
    said = sentence
  }
  const onAnswer = ({ progress, state, code, until }: LinkAnswer): void => {
    if (progress === 'over') return display.show(null)
    if (code !== null && until !== null) {
      say(`On the phone: ${label}, Settings, Linked devices, Link a device. Then scan this:`)
      display.show({ text: code, until })
      return
    }
    display.show(null)
    // Between two codes there may be none for a moment.
    if (said === '') say('Asking for a code.')
    else if (state === 'connecting') say('Scanned. Connecting.')
  }
  const { answer, supervised } = await askSupervisor(context, { act: 'link', provider, use }, onAnswer)
  print(`${label} is linked${answer.self === null ? '' : ` as ${visibleLine(answer.self)}`}.`)
  for (const note of answer.notes) warn(visibleLine(note))
  if (supervised === 'here') print('It is heard while the app or `clawdbot gateway` runs.')
}

const OWN = [
  'clawdbot: your own number: only your chat with yourself will be heard.',
  '  Everybody who writes to you would otherwise be answered by the agent. Better: a number of its own.',
].join('\n')
