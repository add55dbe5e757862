import type { ReactNode } from 'react'

/** A row of a list that draws only what is in sight, at its place; `measure` is given where rows differ in height. */
export const PlacedRow = ({
  top,
  index,
  measure,
  children,
}: {
  readonly top: number
  readonly index: number
  readonly measure: ((element: HTMLElement | null) => void) | undefined
  readonly children: ReactNode
}): ReactNode => (
  <div
    ref={measure}
    data-index={index}
    className="absolute top-0 left-0 w-full"
    style={{ transform: `translateY(${top}px)` }}
  >
    {children}
  </div>
)
