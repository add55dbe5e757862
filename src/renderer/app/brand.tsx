import type { ReactNode } from 'react'

export const Brand = (): ReactNode => (
  <div className="flex items-center gap-2 px-2 pt-0.5 pb-3.5 font-semibold max-sm:hidden">
    <svg
      aria-hidden
      viewBox="0 0 16 16"
      className="size-4 fill-none stroke-accent stroke-[1.6] [stroke-linecap:round] [stroke-linejoin:round]"
    >
      <path d="M8 1.5 13.5 4v4c0 3.2-2.3 5.4-5.5 6.5C4.8 13.4 2.5 11.2 2.5 8V4z" />
      <path d="M5.5 7.5c0-1.5 1-2.5 2.5-2.5s2.5 1 2.5 2.5M8 7.5v3" />
    </svg>
    Clawdbot
  </div>
)
