import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { hasMoved, isSettled, type Places, SETTLE_MS } from './settle.ts'

interface Settled {
  /** For drawing: whether decisions are taken now. */
  readonly settled: boolean
  /** For acting: the same, at this very moment. */
  readonly mayAct: () => boolean
}

/**
 * Watches where the elements with `data-place` inside `list` stand. When one moves, by a new request, one
 * that went, or anything above them, nothing may be decided for half a second. A list that is on no screen
 * stands in the frame itself, and is watched there.
 */
export const useSettled = (list: RefObject<HTMLElement | null>): Settled => {
  const places = useRef<Places>(new Map())
  const movedAt = useRef(Number.NEGATIVE_INFINITY)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [settled, setSettled] = useState(false)

  const check = useCallback((): void => {
    const after = measure(list.current)
    if (!hasMoved(places.current, after)) return
    places.current = after
    movedAt.current = performance.now()
    setSettled(false)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setSettled(true), SETTLE_MS)
  }, [list])

  // After every drawing, since any of them may move the list.
  useLayoutEffect(check)
  useEffect(() => {
    // A banner above the list moves it without this screen being drawn again; it changes what surrounds it.
    const observer = new ResizeObserver(check)
    const main = list.current?.closest('main')
    const around = main ?? list.current?.parentElement
    if (around) for (const child of [around, ...around.children]) observer.observe(child)
    const mutations = new MutationObserver(check)
    // The rest of the frame is left out: the log alone would call this without end.
    const watched = main ?? list.current
    if (watched) mutations.observe(watched, { childList: true, subtree: true, characterData: true })
    return () => {
      observer.disconnect()
      mutations.disconnect()
      clearTimeout(timer.current)
    }
  }, [check, list])

  const mayAct = useCallback((): boolean => {
    check()
    return isSettled(movedAt.current, performance.now())
  }, [check])
  return { settled, mayAct }
}

const measure = (list: HTMLElement | null): Places => {
  const main = list?.closest('main')
  const scrolled = main?.scrollTop ?? 0
  const places = new Map<string, number>()
  for (const element of list?.querySelectorAll<HTMLElement>('[data-place]') ?? []) {
    places.set(element.dataset['place'] ?? '', element.getBoundingClientRect().top + scrolled)
  }
  return places
}
