import { NUMBER_USES } from '../../shared/contracts/bridge.ts'
import { PROVIDERS, type ProviderId, parseProvider } from '../../shared/domain/provider.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { readNumberUse } from '../../shared/state/number-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { neverLinked } from '../../supervisor/messengers/refusals.ts'
import { UsageError } from '../exit.ts'

type NumberUse = (typeof NUMBER_USES)[number]

/** The messenger to link, by its name. Errors: wrong usage, `link_impossible` for one that is not linked to a phone. */
export const linkedProvider = (name: string): ProviderId => {
  const provider = parseProvider(name)
  if (provider === undefined)
    throw new UsageError(
      `there is no provider "${visibleLine(name.slice(0, 80))}"`,
      `There are: ${PROVIDERS.join(', ')}`,
    )
  if (provider !== 'whatsapp') throw neverLinked(provider)
  return provider
}

/** Whose number it will be: as given, or as said when something was linked before. There is no default. */
export const numberUse = async (
  paths: StatePaths,
  provider: ProviderId,
  given: string | undefined,
): Promise<NumberUse> => {
  const use = given === undefined ? (await readNumberUse(paths, provider))?.use : parseUse(given)
  if (use !== undefined) return use
  const wrong = `--number can not be "${visibleLine((given ?? '').slice(0, 80))}"`
  throw new UsageError(given === undefined ? 'whose number will be linked?' : wrong, CHOICES)
}

const parseUse = (text: string): NumberUse | undefined => NUMBER_USES.find((use) => use === text)

const CHOICES = [
  '--number separate   a number that is the agent’s alone (advised): who may write there is decided as everywhere',
  '  --number own        your own number: only your chat with yourself is heard, because everybody who writes to you would otherwise be answered by the agent',
].join('\n')
