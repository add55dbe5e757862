// What is said about a command that waits for the owner's word. Pure.
import { visiblePieces } from '../../../shared/domain/visible-text.ts'
import { countWord, groupDigits, sentence } from '../../ui/text/words.ts'

/** How much there is to read: `214 characters in 3 lines`. */
export const commandSize = (command: string): string => {
  const lines = command.split('\n').length
  const characters = `${groupDigits(command.length)} ${command.length === 1 ? 'character' : 'characters'}`
  return lines === 1 ? characters : `${characters} in ${groupDigits(lines)} lines`
}

/** What could make a command look like another one. Whole sentences; none is the rule. */
export const commandWarnings = (command: string): readonly string[] => {
  const marks = visiblePieces(command).filter((piece) => 'mark' in piece).length
  const warnings: string[] = []
  if (marks > 0) {
    warnings.push(
      marks === 1
        ? 'One invisible or reordering character, shown as a mark.'
        : `${sentence(countWord(marks))} invisible or reordering characters, shown as marks.`,
    )
  }
  // A letter of another alphabet can look exactly like one of this.
  if (/\p{L}/u.test(command.replace(/[a-z]/gi, ''))) {
    warnings.push('Letters that are not a to z: some look alike.')
  }
  return warnings
}
