import type { Survivor } from '../../../shared/contracts/stop-views.ts'
import { groupDigits } from '../../ui/text/words.ts'

/** More names than this do not fit into a sentence. */
const NAMED = 3
/** A command line longer than this is cut; the Security screen has all of it. UTF-16 units. */
const COMMAND_CHARS = 60

/** Survivors by name in one line, for where there is no room for a list: `4242 sh -c …, box “demo”, and 2 more`. */
export const survivorLine = (survivors: readonly Survivor[]): string => {
  const names = survivors.slice(0, NAMED).map(nameOf)
  const more = survivors.length - names.length
  return more > 0 ? `${names.join(', ')}, and ${groupDigits(more)} more` : names.join(', ')
}

const nameOf = (survivor: Survivor): string => {
  if (survivor.kind === 'container') return `box “${survivor.name}”`
  const { pid, command } = survivor
  return `${pid} ${command.length > COMMAND_CHARS ? `${command.slice(0, COMMAND_CHARS)}…` : command}`
}
