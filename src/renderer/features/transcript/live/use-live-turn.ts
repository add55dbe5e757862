import { useEffect, useState } from 'react'
import type { TurnProgress } from '../../../../shared/contracts/bridge.ts'
import { onMain } from '../../../bridge.ts'
import { runCommand } from '../../../ui/use-command.tsx'

/** After the turn is over its row waits so long for the file to have it. Milliseconds. */
const WAITS_MS = 3000

/** The turn that is under way in a session, as it streams; null when there is none. `ref` names its file. */
export const useLiveTurn = (session: string, ref: string): TurnProgress | null => {
  const [turn, setTurn] = useState<TurnProgress | null>(null)
  useEffect(() => {
    if (session === '') return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = (): void => {
      clearTimeout(timer)
      timer = undefined
      setTurn(null)
    }
    const stopHearing = onMain('turn.progress', (progress) => {
      if (progress.session !== session) return
      clearTimeout(timer)
      timer = progress.state === 'over' ? setTimeout(end, WAITS_MS) : undefined
      if (progress.state !== 'over') setTurn(progress)
    })
    // Over, and now in the file.
    const stopLooking = onMain('archive.grown', (grown) => {
      if (grown.ref === ref && timer !== undefined) end()
    })
    void runCommand('turn.watch', { session })
    return () => {
      stopHearing()
      stopLooking()
      end()
      void runCommand('turn.watch', { session: null })
    }
  }, [session, ref])
  return turn
}
