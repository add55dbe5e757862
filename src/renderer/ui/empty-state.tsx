import type { ReactNode } from 'react'

/** What a screen shows when there is nothing: what will be here, and what to do about it. */
export const EmptyState = ({
  icon,
  title,
  children,
  action,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}): ReactNode => (
  <div className="flex flex-col items-center rounded-m border border-dashed border-line-strong px-6 py-10 text-center">
    <div aria-hidden className="mb-3 text-faint [&>svg]:size-7 [&>svg]:stroke-[1.4]">
      {icon}
    </div>
    <h2 className="font-semibold">{title}</h2>
    <div className="mt-1 max-w-[52ch] text-soft">{children}</div>
    {action ? <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div> : null}
  </div>
)
