import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { CliContext } from '../context.ts'
import { askSupervisor } from '../link/ask-supervisor.ts'
import { linkedProvider } from '../link/link-arguments.ts'

/** Logs out at the messenger, and forgets the login. */
export const unlink = async (context: CliContext, name: string): Promise<void> => {
  const provider = linkedProvider(name)
  const { answer } = await askSupervisor(context, { act: 'unlink', provider }, () => undefined)
  for (const note of answer.notes) context.print(visibleLine(note))
}
