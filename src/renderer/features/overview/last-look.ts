import { useEffect, useState } from 'react'
import { readStored, store } from '../../store/prefs.ts'

const KEY = 'clawdbot.lastLook'

const readLook = (): number | null => {
  const stored = readStored(KEY)
  return typeof stored === 'number' && Number.isFinite(stored) ? stored : null
}

/**
 * When the owner last looked at this screen before now, in milliseconds since the epoch, or null for never.
 * A look ends when the screen is left or the window goes out of sight.
 */
export const useLastLook = (): number | null => {
  const [look, setLook] = useState(readLook)
  useEffect(() => {
    const end = (): void => store(KEY, Date.now())
    const onSight = (): void => {
      if (document.visibilityState === 'hidden') end()
      else setLook(readLook())
    }
    document.addEventListener('visibilitychange', onSight)
    window.addEventListener('pagehide', end)
    return () => {
      document.removeEventListener('visibilitychange', onSight)
      window.removeEventListener('pagehide', end)
      end()
    }
  }, [])
  return look
}
