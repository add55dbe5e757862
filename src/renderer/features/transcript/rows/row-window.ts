// Which rows of a long list are drawn, and where. What is looked at stays where it is on the screen whatever becomes
// known about the heights of rows above it: the rows are moved within the element that scrolls, which is itself only
// set right when the scrolling rests or comes near an end (see scroll-map.ts). Drives the page; knows no React.
import { RowHeights } from './row-heights.ts'
import { elementHeight, elementOffset, listOffset } from './scroll-map.ts'

/** Rows from `first` to `last`, both drawn; none where `last` is before `first`. */
export interface RowRange {
  readonly first: number
  readonly last: number
  /** Whether the end is in sight and stays so when rows come. */
  readonly following: boolean
  /** How many rows there were when the end was last in sight. */
  readonly seen: number
}

export interface WindowElements {
  readonly scroller: HTMLElement
  /** As tall as the list, or as tall as may be. */
  readonly spacer: HTMLElement
  /** Holds the drawn rows, each with `data-row`. */
  readonly content: HTMLElement
}

/** What is held in place. */
type Anchor =
  | { readonly at: 'end' }
  | { readonly at: 'centre'; readonly row: number }
  | { readonly at: 'row'; readonly row: number; readonly into: number }

/** Drawn above and below what is in sight, so that a fast wheel finds rows there. Pixels. */
const OVERSCAN_PX = 700
/** Nearer to the end than this is at the end. Pixels. */
const END_PX = 16
/** Between a row and the edge, where a row was asked for. Pixels. */
const MARGIN_PX = 8

export const NO_ROWS: RowRange = { first: 0, last: -1, following: false, seen: 0 }

export class RowWindow {
  readonly #heights: RowHeights
  readonly #onRange: (range: RowRange, when: 'now' | 'soon') => void
  #elements: WindowElements | null = null
  #anchor: Anchor = { at: 'end' }
  #range = NO_ROWS
  /** From the element's scroll offset to the list's. Pixels. */
  #shift = 0
  #lastTop = 0
  #elementHeight = 0
  #seen = 0

  /** It opens with `first` in the middle, or at the end where that is null. */
  constructor(
    estimate: number,
    first: number | null,
    onRange: (range: RowRange, when: 'now' | 'soon') => void,
  ) {
    if (first !== null) this.#anchor = { at: 'centre', row: first }
    this.#heights = new RowHeights(estimate)
    this.#onRange = onRange
  }

  attach(elements: WindowElements): () => void {
    this.#elements = elements
    const onScroll = (): void => this.#scrolled()
    const onEnd = (): void => this.#align()
    const sizes = new ResizeObserver(() => this.measure('now'))
    elements.scroller.addEventListener('scroll', onScroll, { passive: true })
    elements.scroller.addEventListener('scrollend', onEnd)
    sizes.observe(elements.scroller)
    sizes.observe(elements.content)
    this.#jump('soon')
    return () => {
      elements.scroller.removeEventListener('scroll', onScroll)
      elements.scroller.removeEventListener('scrollend', onEnd)
      sizes.disconnect()
      this.#elements = null
    }
  }

  setCount(count: number): void {
    this.#heights.resize(count)
  }

  /** Other rows stand there now. */
  forget(): void {
    this.#heights.forget()
  }

  /** Reads the heights of what is drawn, and keeps in place what is looked at. Call it after each drawing. */
  measure(when: 'now' | 'soon'): void {
    const elements = this.#elements
    if (elements === null) return
    for (const child of elements.content.children) {
      const row = child instanceof HTMLElement ? Number(child.dataset['row'] ?? -1) : -1
      this.#heights.set(row, child.getBoundingClientRect().height)
    }
    if (this.#anchor.at === 'end') this.#jump(when)
    else this.#settle(when)
  }

  follow(): void {
    this.#anchor = { at: 'end' }
    this.#jump('now')
  }

  /** `centre`: in the middle. `top`: as the first one. `near`: no further than needed to see it. */
  goTo(row: number, where: 'centre' | 'top' | 'near'): void {
    const view = this.#view()
    const [from, height, top] = [this.#heights.offsetOf(row), this.#heights.heightOf(row), this.#top()]
    const fits = height + 2 * MARGIN_PX <= view
    if (where === 'centre') this.#anchor = { at: 'centre', row }
    else if (where === 'top' || from < top || !fits) this.#anchor = { at: 'row', row, into: -MARGIN_PX }
    else if (from + height > top + view) this.#anchor = { at: 'row', row, into: height + MARGIN_PX - view }
    else return
    this.#jump('now')
  }

  /** The first row that can be seen whole, or else the one that fills the window. */
  firstInSight(): number {
    const top = this.#top()
    const row = this.#heights.rowAt(top)
    const next = row + 1
    if (this.#heights.offsetOf(row) >= top - 1 || next >= this.#heights.count) return row
    return this.#heights.offsetOf(next) < top + this.#view() / 2 ? next : row
  }

  /** The last row of which anything can be seen. */
  lastInSight(): number {
    return this.#heights.rowAt(this.#top() + this.#view() - 1)
  }

  isInSight(row: number): boolean {
    const [from, top] = [this.#heights.offsetOf(row), this.#top()]
    return from + this.#heights.heightOf(row) > top && from < top + this.#view()
  }

  #view(): number {
    return this.#elements?.scroller.clientHeight ?? 0
  }

  /** From where on the list is to be seen, by what is held in place. Pixels. */
  #top(): number {
    const [view, total] = [this.#view(), this.#heights.total]
    const most = Math.max(0, total - view)
    switch (this.#anchor.at) {
      case 'end':
        return most
      case 'centre': {
        const { row } = this.#anchor
        const space = Math.max(MARGIN_PX, (view - this.#heights.heightOf(row)) / 2)
        return clamp(this.#heights.offsetOf(row) - space, most)
      }
      case 'row':
        return clamp(this.#heights.offsetOf(this.#anchor.row) + this.#anchor.into, most)
      default:
        return most
    }
  }

  #scrolled(): void {
    const scroller = this.#elements?.scroller
    if (!scroller) return
    const [at, before, view] = [scroller.scrollTop, this.#lastTop, this.#view()]
    // Its own doing.
    if (Math.abs(at - before) < 1) return
    this.#lastTop = at
    const extent = { total: this.#heights.total, view }
    // A wheel or a key moves by pixels; the bar's thumb is thrown anywhere.
    const top =
      Math.abs(at - before) <= 4 * view
        ? clamp(at + this.#shift, Math.max(0, extent.total - view))
        : listOffset(at, extent)
    const row = this.#heights.rowAt(top)
    this.#anchor =
      extent.total - view - top < END_PX
        ? { at: 'end' }
        : { at: 'row', row, into: top - this.#heights.offsetOf(row) }
    this.#settle('now')
  }

  /** Draws what is to be seen without touching the element that scrolls, unless it runs out of it. */
  #settle(when: 'now' | 'soon'): void {
    const elements = this.#elements
    if (elements === null) return
    const [top, view] = [this.#top(), this.#view()]
    const extent = { total: this.#heights.total, view }
    const drifted = Math.abs(this.#lastTop - elementOffset(top, extent)) > 1
    const near =
      Math.min(top, this.#lastTop) < 2 * view ||
      Math.min(extent.total - top, this.#elementHeight - this.#lastTop) < 3 * view
    if (drifted && near) {
      this.#jump(when)
      return
    }
    this.#stretch(Math.max(this.#elementHeight, elementHeight(extent)))
    this.#shift = top - this.#lastTop
    this.#draw(top, when)
  }

  /** The scrolling rests: what was only moved within is set right. */
  #align(): void {
    const extent = { total: this.#heights.total, view: this.#view() }
    const aligned = Math.abs(this.#lastTop - elementOffset(this.#top(), extent)) <= 1
    if (!aligned || this.#elementHeight !== elementHeight(extent)) this.#jump('now')
  }

  #jump(when: 'now' | 'soon'): void {
    const elements = this.#elements
    if (elements === null) return
    const top = this.#top()
    const extent = { total: this.#heights.total, view: this.#view() }
    this.#stretch(elementHeight(extent))
    const wanted = elementOffset(top, extent)
    if (Math.abs(elements.scroller.scrollTop - wanted) > 0.5) {
      elements.scroller.scrollTo({ top: wanted, behavior: 'instant' })
    }
    this.#lastTop = elements.scroller.scrollTop
    this.#shift = top - this.#lastTop
    this.#draw(top, when)
  }

  #stretch(height: number): void {
    if (height === this.#elementHeight) return
    this.#elementHeight = height
    if (this.#elements) this.#elements.spacer.style.height = `${height}px`
  }

  #draw(top: number, when: 'now' | 'soon'): void {
    const elements = this.#elements
    if (elements === null) return
    const { count } = this.#heights
    const first = this.#heights.rowAt(top - OVERSCAN_PX)
    const last = count === 0 ? -1 : this.#heights.rowAt(top + this.#view() + OVERSCAN_PX)
    const following = this.#anchor.at === 'end'
    if (following || this.#seen === 0) this.#seen = count
    const { first: oldFirst, last: oldLast, following: followed } = this.#range
    if (first !== oldFirst || last !== oldLast || following !== followed) {
      this.#range = { first, last, following, seen: this.#seen }
      this.#onRange(this.#range, when)
    }
    // After the rows of the range are in the page, for they and their place change together.
    const drawn = elements.content.firstElementChild
    const from = drawn instanceof HTMLElement ? Number(drawn.dataset['row'] ?? first) : first
    elements.content.style.transform = `translateY(${Math.round(this.#heights.offsetOf(from) - this.#shift)}px)`
  }
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most))
