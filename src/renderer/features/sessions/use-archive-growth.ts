import { useEffect, useRef } from 'react'
import type { ArchiveView } from '../../../shared/contracts/app-state.ts'
import { useApp } from '../../store/app-store.ts'

/** A list is read anew at most so often while files grow. Milliseconds. */
const EVERY_MS = 500

/**
 * Calls now, and when the archive has read something new or answers again; while that goes on, not more often than
 * twice a second.
 */
export const useArchiveGrowth = (onGrowth: () => void): void => {
  const latest = useRef(onGrowth)
  useEffect(() => {
    latest.current = onGrowth
  })
  useEffect(() => {
    let isWaiting = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = (): void => {
      timer = undefined
      if (isWaiting) call()
    }
    const call = (): void => {
      isWaiting = false
      timer = setTimeout(rest, EVERY_MS)
      latest.current()
    }
    call()
    const off = useApp.subscribe(({ feed }, before) => {
      const [archive, old] = [feed.state?.archive, before.feed.state?.archive]
      if (archive === undefined || archive === old || (old && !hasGrown(archive, old))) return
      if (timer === undefined) call()
      else isWaiting = true
    })
    return () => {
      off()
      clearTimeout(timer)
    }
  }, [])
}

const hasGrown = (now: ArchiveView, before: ArchiveView): boolean =>
  now.phase !== before.phase ||
  now.indexedBytes !== before.indexedBytes ||
  now.totalBytes !== before.totalBytes ||
  now.messages !== before.messages ||
  now.sessions !== before.sessions ||
  now.logLines !== before.logLines
