import { Check, CircleDashed, CircleX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Evidence } from './evidence.tsx'
import type { Fact, FactTone } from './fact.ts'

const Mark = ({ tone }: { readonly tone: FactTone }): ReactNode => {
  switch (tone) {
    case 'good':
      return <Check aria-hidden className="size-4 text-good" />
    case 'warn':
      return <TriangleAlert aria-hidden className="size-4 text-warn" />
    case 'bad':
      return <CircleX aria-hidden className="size-4 text-bad" />
    case 'unknown':
      return <CircleDashed aria-hidden className="size-4 text-faint" />
    default:
      return assertNever(tone)
  }
}

/** What the mark says, for those who do not see it. */
const WORDS: Readonly<Record<FactTone, string>> = {
  good: 'Good',
  warn: 'Warning',
  bad: 'Danger',
  unknown: 'Off',
}

/** One fact: what is so, how good that is, and a click away what says so. */
export const FactLine = ({ fact }: { readonly fact: Fact }): ReactNode => (
  <li className="flex gap-2.5 border-b border-line py-[9px]">
    <span className="mt-0.5 shrink-0">
      <Mark tone={fact.tone} />
      <span className="sr-only">{WORDS[fact.tone]}:</span>
    </span>
    <div className="min-w-0 flex-1">
      <Disclosure title={fact.title} summary={<div className="text-soft">{fact.detail}</div>}>
        <div className="py-1.5 text-s text-soft">
          <Evidence id={fact.id} />
        </div>
      </Disclosure>
    </div>
  </li>
)
