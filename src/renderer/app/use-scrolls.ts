import { type RefObject, useEffect, useState } from 'react'

/**
 * Whether an element holds more than it shows, so that the keyboard has to get in to scroll it. Follows the element and
 * those directly in it; one of these must not be `display: contents`, which has no size to follow.
 */
export const useScrolls = (target: RefObject<HTMLElement | null>): boolean => {
  const [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const element = target.current
    if (element === null) return undefined
    const sizes = new ResizeObserver(() =>
      setScrolls(element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth),
    )
    const follow = (): void => {
      sizes.disconnect()
      for (const each of [element, ...element.children]) sizes.observe(each)
    }
    const children = new MutationObserver(follow)
    children.observe(element, { childList: true })
    follow()
    return () => {
      children.disconnect()
      sizes.disconnect()
    }
  }, [target])
  return scrolls
}
