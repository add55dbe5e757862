const at = (number: number): string => new Date(Date.UTC(2026, 0, 6) + number * 1_000).toISOString()
const idOf = (number: number): string => number.toString(16).padStart(8, '0')

export const headerLine = (id: string): string =>
  `${JSON.stringify({ type: 'session', version: 3, id, timestamp: at(0), cwd: '/workspace' })}\n`

/** The number-th message of a transcript, from 1. */
export const messageLine = (number: number, text: string, role: 'user' | 'assistant' = 'user'): string =>
  `${JSON.stringify({
    type: 'message',
    id: idOf(number),
    parentId: number === 1 ? null : idOf(number - 1),
    timestamp: at(number),
    message: { role, content: [{ type: 'text', text }], timestamp: Date.parse(at(number)) },
  })}\n`

export const transcriptOf = (id: string, texts: readonly string[]): string =>
  headerLine(id) + texts.map((text, index) => messageLine(index + 1, text)).join('')
