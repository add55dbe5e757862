import { CODE_ALPHABET, CODE_LENGTH, REQUEST_TTL_MS } from '../../shared/domain/pairing.ts'

const PHRASE = 'access not configured'
const CODE = new RegExp(`(?<![A-Z0-9])[${CODE_ALPHABET}]{${CODE_LENGTH}}(?![A-Z0-9])`)

/**
 * All that a stranger is ever told. Nothing in it tells who the owner is, where this runs, or how the owner
 * approves (openclaw #68214, #20004).
 */
export const pairingText = (code: string): string =>
  [
    `Clawdbot: ${PHRASE}.`,
    `Your pairing code: ${code}`,
    `Ask the owner to approve it. The code holds for ${REQUEST_TTL_MS / 60_000} minutes.`,
  ].join('\n\n')

/** What an approved sender is told if the owner asks for it. */
export const APPROVED_TEXT = 'Clawdbot: the owner has approved you. You can write now.'

/** The text by which this or another gateway of the family offers a code: the phrase and a code (peers 1.4). */
export const isPairingText = (text: string): boolean => text.toLowerCase().includes(PHRASE) && CODE.test(text)
