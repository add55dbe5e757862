import { create } from 'zustand'
import { showError } from '../../ui/toasts.tsx'
import { runCommand } from '../../ui/use-command.tsx'

interface StopStore {
  readonly stopping: boolean
  readonly stop: () => Promise<void>
}

/** STOP, wherever it is pressed: one request at a time, and an error that stays on the screen. */
export const useStop = create<StopStore>()((set, get) => ({
  stopping: false,
  stop: async () => {
    if (get().stopping) return
    set({ stopping: true })
    const outcome = await runCommand('lockdown.stop', undefined)
    set({ stopping: false })
    if (!outcome.ok) {
      showError({
        ...outcome.error,
        message: `STOP did not go through: ${outcome.error.message}`,
        hint: `${outcome.error.hint} To stop without this window, run \`clawdbot stop\` in a terminal.`,
      })
    }
  },
}))
