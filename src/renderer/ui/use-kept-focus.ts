import { type RefObject, useEffect, useRef } from 'react'

/**
 * Keeps the keyboard where it was when what had the focus is replaced: where the focus was last within the element, and
 * is nowhere once `shown` has become another, the element takes it. It needs a tabIndex.
 */
export const useKeptFocus = (shown: string): RefObject<HTMLElement | null> => {
  const element = useRef<HTMLElement>(null)
  const wasWithin = useRef(false)
  useEffect(() => {
    const remember = ({ target }: FocusEvent): void => {
      wasWithin.current = target instanceof Node && element.current?.contains(target) === true
    }
    document.addEventListener('focusin', remember)
    return () => document.removeEventListener('focusin', remember)
  }, [])
  const before = useRef(shown)
  useEffect(() => {
    if (before.current === shown) return
    before.current = shown
    if (wasWithin.current && document.activeElement === document.body) element.current?.focus()
  }, [shown])
  return element
}
