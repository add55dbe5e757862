import { appendFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** Appends so many lines a second to a log, in pieces of a twentieth of a second, as the gateway writes them. */
export const writeLog = async (file: string, linesPerSecond: number, seconds: number): Promise<void> => {
  const perPiece = Math.round(linesPerSecond / 20)
  const began = performance.now()
  for (let piece = 0; piece < seconds * 20; piece += 1) {
    const time = new Date().toISOString()
    let text = ''
    for (let line = 0; line < perPiece; line += 1) {
      text += `${JSON.stringify({
        time,
        0: '{"subsystem":"gateway/gate"}',
        1: `accepted message ${piece * perPiece + line} of telegram:5028834417`,
        2: { event: `telegram:5028834417:${piece * perPiece + line}`, session: 'telegram:dm:5028834417' },
        _meta: { logLevelId: 3, logLevelName: line % 100 === 0 ? 'WARN' : 'INFO', date: time },
      })}\n`
    }
    await appendFile(file, text)
    await pause(Math.max(0, began + (piece + 1) * 50 - performance.now()))
  }
}
