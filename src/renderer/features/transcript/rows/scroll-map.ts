// A browser cuts an element at some 33 million pixels, which a long transcript exceeds. So the element that scrolls has
// at most so many, and what stands between its ends stands for more: near both ends a pixel is a pixel, in between the
// scroll bar covers the rest in proportion.

/** Of the element that scrolls. Pixels; Chromium cuts at 33,554,432. */
export const MAX_ELEMENT_PX = 16_000_000
/** So near to an end a pixel of the element is a pixel of the list. */
const EXACT_PX = 200_000

/** A list of `total` pixels, seen through `view` pixels. */
export interface Extent {
  readonly total: number
  readonly view: number
}

/** How tall the element is made. Pixels. */
export const elementHeight = ({ total }: Extent): number => Math.min(total, MAX_ELEMENT_PX)

const furthest = (extent: Extent): { readonly list: number; readonly element: number } => ({
  list: Math.max(0, extent.total - extent.view),
  element: Math.max(0, elementHeight(extent) - extent.view),
})

/** Where the element is scrolled to when the list is seen from `offset` on. Pixels, whole range, in order. */
export const elementOffset = (offset: number, extent: Extent): number => {
  const most = furthest(extent)
  const at = clamp(offset, most.list)
  if (most.list <= most.element || at <= EXACT_PX) return at
  if (most.list - at <= EXACT_PX) return most.element - (most.list - at)
  return EXACT_PX + ((at - EXACT_PX) * (most.element - 2 * EXACT_PX)) / (most.list - 2 * EXACT_PX)
}

/** From where on the list is seen when the element is scrolled to `offset`. The other way around. */
export const listOffset = (offset: number, extent: Extent): number => {
  const most = furthest(extent)
  const at = clamp(offset, most.element)
  if (most.list <= most.element || at <= EXACT_PX) return at
  if (most.element - at <= EXACT_PX) return most.list - (most.element - at)
  return EXACT_PX + ((at - EXACT_PX) * (most.list - 2 * EXACT_PX)) / (most.element - 2 * EXACT_PX)
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most))
