import { type RefObject, useEffect, useState } from 'react'

/** How close to the end is the end. Pixels. */
const NEAR = 4

/**
 * Whether the end of a text that scrolls has been in view since `what` became it. A text that fits has been
 * read at once.
 */
export const useRead = (box: RefObject<HTMLElement | null>, what: string): boolean => {
  const [read, setRead] = useState('')
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const look = (): void => {
      if (element.scrollHeight - element.clientHeight - element.scrollTop <= NEAR) setRead(what)
    }
    element.scrollTo({ top: 0 })
    look()
    element.addEventListener('scroll', look)
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [box, what])
  return read === what
}
