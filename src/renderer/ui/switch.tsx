import { Switch as BaseSwitch } from '@base-ui/react/switch'
import type { ReactNode } from 'react'

/** On or off, with its label; the knob's place and a mark say which. */
export const Switch = ({
  label,
  on,
  onChange,
}: {
  readonly label: string
  readonly on: boolean
  readonly onChange: (on: boolean) => void
}): ReactNode => (
  <label className="inline-flex items-center gap-2 text-soft">
    <BaseSwitch.Root
      checked={on}
      onCheckedChange={onChange}
      className="forced-line inline-flex h-4 w-7 shrink-0 items-center rounded-full bg-line-strong px-0.5 transition-colors data-[checked]:bg-accent"
    >
      <BaseSwitch.Thumb className="size-3 rounded-full bg-bg transition-transform data-[checked]:translate-x-3 forced-colors:bg-[CanvasText]" />
    </BaseSwitch.Root>
    {label}
  </label>
)
