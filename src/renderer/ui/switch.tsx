import { Switch as BaseSwitch } from '@base-ui/react/switch'
import type { ReactNode } from 'react'

/** On or off, with its label; the knob's place and a mark say which. Off limits, it keeps its place in the order of focus. */
export const Switch = ({
  label,
  on,
  onChange,
  labelLook = 'soft',
  describedBy,
  off = false,
}: {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly labelLook?: 'soft' | 'strong'
  readonly describedBy?: string
  readonly off?: boolean
}): ReactNode => (
  <label className={`inline-flex items-center gap-2 ${labelLook === 'strong' ? 'font-medium' : 'text-soft'}`}>
    <BaseSwitch.Root
      checked={on}
      readOnly={off}
      aria-disabled={off || undefined}
      aria-describedby={describedBy}
      onCheckedChange={onChange}
      className="forced-line inline-flex h-4 w-7 shrink-0 items-center rounded-full bg-line-strong px-0.5 transition-colors data-[checked]:bg-accent data-[readonly]:opacity-50"
    >
      <BaseSwitch.Thumb className="size-3 rounded-full bg-bg transition-transform data-[checked]:translate-x-3 forced-colors:bg-[CanvasText]" />
    </BaseSwitch.Root>
    {label}
  </label>
)
