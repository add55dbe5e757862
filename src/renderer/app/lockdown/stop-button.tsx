import { type KeyboardEvent, type ReactNode, useEffect, useReducer } from 'react'
import { useApp } from '../../store/app-store.ts'
import { HOLD_MS, idle, stepHold } from './hold.ts'
import { mayRest } from './may-rest.ts'
import { useStop } from './stop.ts'

const isHoldKey = (event: KeyboardEvent): boolean => event.key === ' ' || event.key === 'Enter'

/**
 * STOP, at the same place on every screen. Held for 600 ms by the pointer or by Space or Enter; where
 * everything is stopped already, and proven so, it rests.
 */
export const StopButton = (): ReactNode => {
  const [hold, dispatch] = useReducer(stepHold, idle)
  const { stop, stopping } = useStop()
  const rest = useApp(({ feed }) => mayRest(feed))

  useEffect(() => {
    if (hold.kind === 'holding') {
      const at = hold.since + HOLD_MS
      const timer = setTimeout(() => dispatch({ type: 'time', at }), HOLD_MS)
      const release = (): void => dispatch({ type: 'release' })
      window.addEventListener('blur', release)
      return () => {
        clearTimeout(timer)
        window.removeEventListener('blur', release)
      }
    }
    if (hold.kind === 'done') {
      void stop()
      dispatch({ type: 'reset' })
    }
    return undefined
  }, [hold, stop])

  const press = (by: 'pointer' | 'key'): void => {
    if (!rest) dispatch({ type: 'press', at: performance.now(), by })
  }
  const release = (): void => dispatch({ type: 'release' })
  const asked = hold.kind === 'idle' && hold.clickedAt !== null
  const hint = stopping
    ? 'stopping…'
    : rest
      ? 'stopped'
      : hold.kind === 'holding'
        ? 'keep holding…'
        : asked
          ? 'once more to stop everything'
          : 'hold to stop everything'

  return (
    // Above the dimming of a dialog: STOP is within reach of the pointer whatever lies on top.
    <div className="z-[45] ml-auto flex shrink-0 items-center gap-3">
      <output id="stop-hint" className={`text-xs text-faint ${asked ? '' : 'max-sm:sr-only'}`}>
        {hint}
      </output>
      <button
        type="button"
        aria-describedby="stop-hint"
        aria-disabled={rest || undefined}
        data-holding={hold.kind === 'holding' || undefined}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          press('pointer')
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onLostPointerCapture={release}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key === 'Escape') release()
          if (!isHoldKey(event)) return
          // The click that these keys would make is not the act; holding them is.
          event.preventDefault()
          if (!event.repeat) press('key')
        }}
        onKeyUp={(event) => {
          if (!isHoldKey(event)) return
          event.preventDefault()
          release()
        }}
        onBlur={() => dispatch({ type: 'blur' })}
        onClick={(event) => {
          if (event.detail === 0 && !rest) dispatch({ type: 'synthetic-click', at: performance.now() })
        }}
        className="forced-line relative flex h-8 touch-none items-center gap-2 overflow-hidden rounded-m bg-stop pr-4 pl-3 font-[650] tracking-[0.04em] text-on-stop select-none focus-visible:outline-offset-2 aria-disabled:opacity-45 forced-colors:text-[ButtonText]"
      >
        <span aria-hidden className="hold-fill absolute inset-0 bg-stop-deep" />
        <span
          aria-hidden
          className="relative size-[11px] rounded-[2px] bg-current forced-colors:bg-[ButtonText]"
        />
        <span className="relative">STOP</span>
      </button>
    </div>
  )
}
