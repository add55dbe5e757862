import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFold } from '../reading.tsx'

/** A line that opens what stands behind it, and stays so when its turn leaves the screen and comes again. */
export const Fold = ({
  part,
  title,
  first = 'closed',
  children,
}: {
  /** Names it within the transcript. */
  readonly part: string
  readonly title: ReactNode
  readonly first?: 'closed' | 'open'
  readonly children: () => ReactNode
}): ReactNode => {
  const [step, unfold] = useFold(part, first === 'open' ? 1 : 0)
  return (
    <div>
      <button
        type="button"
        aria-expanded={step > 0}
        onClick={() => unfold(step > 0 ? 0 : 1)}
        className="-mx-1 flex max-w-full items-center gap-1 rounded-s px-1 text-left text-soft hover:bg-raised"
      >
        <ChevronRight aria-hidden className={`size-3.5 shrink-0 text-faint ${step > 0 ? 'rotate-90' : ''}`} />
        <span className="min-w-0">{title}</span>
      </button>
      {step > 0 ? <div className="mt-1">{children()}</div> : null}
    </div>
  )
}
