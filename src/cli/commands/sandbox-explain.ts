import { visibleLine } from '../../shared/domain/visible-text.ts'
import { type Explanation, explainSession } from '../../supervisor/sandbox/explain/explain.ts'
import type { BoxProof } from '../../supervisor/sandbox/explain/prove-box.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'

/**
 * Where a command of that session would run and why, and what Docker says of its sandbox: of the one that runs, else
 * of one that is made for the look and removed. Succeeds where that is as asked, or where it has none by the rules.
 */
export const sandboxExplain = async (
  context: CliContext,
  session: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> => {
  const { print, warn } = context
  const explanation = await explainSession(session, context)
  const { asker, rights, says, proof } = explanation
  if (options.json === true) {
    print(toSafeJson({ ...asker, rights, says, proof }))
    return isProven(explanation) ? EXIT.ok : EXIT.refused
  }
  for (const sentence of says) print(visibleLine(sentence))
  if (proof.kind === 'proven') for (const box of proof.boxes) printBox(context, box)
  if (proof.kind === 'unproven') {
    const { message, hint } = proof.error
    warn(`clawdbot: not proven: ${visibleLine(message)}\n  ${visibleLine(hint)}`)
  }
  return isProven(explanation) ? EXIT.ok : EXIT.refused
}

const isProven = ({ proof }: Explanation): boolean =>
  proof.kind === 'none' || (proof.kind === 'proven' && proof.boxes.every(({ drift }) => drift.length === 0))

const printBox = ({ print, warn }: CliContext, { kind, name, walls, drift }: BoxProof): void => {
  print('')
  print(
    kind === 'running'
      ? `Docker says of ${visibleLine(name)}, which it uses now:`
      : 'Docker says of one that was made for this look, never started, and removed:',
  )
  for (const { what, found } of walls) print(visibleLine(`  ${what.padEnd(15)}${found}`))
  if (drift.length === 0) print('It is as the config asks, in every point that Docker reports.')
  for (const { what, wanted, found } of drift) {
    warn(`clawdbot: it differs: ${visibleLine(`${what}: wanted ${wanted}, found ${found}`)}`)
  }
}
