import { ChevronDown } from 'lucide-react'
import { type ReactNode, useId } from 'react'

export interface Option<T extends string> {
  readonly value: T
  readonly label: string
}

/** The system's own list of choices, with its label beside it. */
export const Select = <T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string
  readonly value: T
  readonly options: readonly Option<T>[]
  readonly onChange: (value: T) => void
}): ReactNode => {
  const id = useId()
  return (
    <span className="inline-flex items-center gap-2">
      <label htmlFor={id} className="text-soft">
        {label}
      </label>
      <span className="relative">
        <select
          id={id}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value)
            if (chosen) onChange(chosen.value)
          }}
          className="h-7 max-w-48 appearance-none truncate rounded-s border border-line-strong bg-bg pr-7 pl-2.5"
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden className="pointer-events-none absolute top-2 right-2 size-3 text-faint" />
      </span>
    </span>
  )
}
