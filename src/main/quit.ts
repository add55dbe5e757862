import { app } from 'electron'
import { toErrorView } from '../shared/domain/error.ts'
import { type HandOverOptions, handOver } from '../supervisor/run/hand-over.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { notice } from './notice.ts'

/**
 * Quitting waits for the gateway to be gone: an agent must not outlive the window that shows it. Only where the
 * config says `keep` a gateway that runs is handed to a process without a window, and the owner is told.
 */
export const quitWith = (supervisor: Supervisor, options: HandOverOptions): void => {
  let closing: Promise<void> | null = null
  let closed = false
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    closing ??= close(supervisor, options).finally(() => {
      closed = true
      app.quit()
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())
}

const close = async (supervisor: Supervisor, options: HandOverOptions): Promise<void> => {
  const goesOn = supervisor.onQuit() === 'keep' && isWanted(supervisor)
  try {
    await supervisor.close()
  } catch (error) {
    process.stderr.write(`clawdbot: ${toErrorView(error).message}\n`)
  }
  // A STOP that was pressed while it closed may hold in memory alone, where the disk was full.
  if (!goesOn || supervisor.snapshot().state.lockdown !== null) return
  try {
    tellKept(await handOver(options))
  } catch (error) {
    const { message, hint } = toErrorView(error)
    tell('The gateway does not go on', `${message}. ${hint}`)
  }
}

/** What the owner stopped, what failed and what is locked down is not started again by a quit. */
const isWanted = (supervisor: Supervisor): boolean => {
  const { phase } = supervisor.snapshot().state.gateway
  return phase === 'running' || phase === 'starting' || phase === 'unresponsive' || phase === 'backing-off'
}

const tellKept = (pid: number): void =>
  tell(
    'The gateway keeps running',
    `It goes on without a window, as process ${pid}. Start Clawdbot to take it back, or run \`clawdbot stop\` to stop everything.`,
  )

const tell = (title: string, body: string): void => {
  process.stdout.write(`clawdbot: ${title}. ${body}\n`)
  notice({ title, body })
}
