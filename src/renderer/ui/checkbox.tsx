import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

/** A box to tick; its label is the element that `labelledBy` names. Off, it keeps its place in the order of focus. */
export const Checkbox = ({
  labelledBy,
  describedBy,
  checked,
  onChange,
  off = false,
}: {
  readonly labelledBy: string
  readonly describedBy?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly off?: boolean
}): ReactNode => (
  <BaseCheckbox.Root
    aria-labelledby={labelledBy}
    aria-describedby={describedBy}
    checked={checked}
    readOnly={off}
    onCheckedChange={onChange}
    className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-[4px] border-[1.5px] border-faint data-[checked]:border-good data-[checked]:bg-good data-[readonly]:opacity-80 forced-colors:border-[CanvasText]"
  >
    <BaseCheckbox.Indicator>
      <Check aria-hidden className="size-3 stroke-[3] text-bg forced-colors:text-[CanvasText]" />
    </BaseCheckbox.Indicator>
  </BaseCheckbox.Root>
)
