import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { useScreenKeys } from '../keys/use-keys.ts'
import { Button } from './button.tsx'

/** Whether a row asks before it acts, and where the focus goes back to. */
export interface RowAsking {
  readonly isAsking: boolean
  /** For the button that asks. */
  readonly asker: RefObject<HTMLButtonElement | null>
  readonly ask: () => void
  readonly close: () => void
}

export const useRowAsking = (): RowAsking => {
  const [isAsking, setAsking] = useState(false)
  const asker = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setAsking(false)
    // After the question is gone the focus goes back to where it was asked.
    requestAnimationFrame(() => asker.current?.focus())
  }
  return { isAsking, asker, ask: () => setAsking(true), close }
}

/** The question stands in the row, where the answer belongs; the focus is on the harmless answer, and Escape gives it. */
export const RowQuestion = ({
  children,
  act,
  pending,
  onAct,
  onClose,
}: {
  /** What will happen, or that it does. */
  readonly children: string
  /** What the button that does it says. */
  readonly act: string
  readonly pending: boolean
  readonly onAct: () => void
  readonly onClose: () => void
}): ReactNode => {
  const keep = useRef<HTMLButtonElement>(null)
  useEffect(() => keep.current?.focus(), [])
  useScreenKeys((key) => {
    if (key !== 'Escape') return false
    onClose()
    return true
  })
  return (
    <fieldset
      aria-label="Confirm"
      className="flex flex-wrap items-center justify-end gap-2 max-[560px]:justify-start"
    >
      <span className="text-soft">{children}</span>
      <Button look="danger" off={pending} onClick={onAct}>
        {act}
      </Button>
      <Button ref={keep} off={pending} onClick={onClose}>
        Keep
      </Button>
    </fieldset>
  )
}
