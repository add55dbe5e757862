import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

/** A line that opens what stands behind it, in place. */
export const Disclosure = ({
  title,
  summary,
  children,
  className = '',
}: {
  readonly title: ReactNode
  /** Stands below the title, open or closed. */
  readonly summary?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}): ReactNode => (
  <Collapsible.Root className={className}>
    <Collapsible.Trigger className="group -mx-1 flex max-w-full items-start gap-1 rounded-s px-1 text-left hover:bg-raised">
      <span className="min-w-0">{title}</span>
      <ChevronRight
        aria-hidden
        className="mt-[3px] size-3.5 shrink-0 text-faint transition-transform group-data-[panel-open]:rotate-90"
      />
    </Collapsible.Trigger>
    {summary}
    <Collapsible.Panel className="appear">{children}</Collapsible.Panel>
  </Collapsible.Root>
)
