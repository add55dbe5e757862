import { Search } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { usePrefs } from '../../store/prefs.ts'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'

/** The id of the sentence that says what is wrong with a filter. */
export const FILTER_ERROR = 'log-filter-error'

/** What to look for; `/` leads to it. */
export const FilterField = ({
  value,
  placeholder,
  error = '',
  onChange,
}: {
  readonly value: string
  readonly placeholder: string
  /** What is wrong with it; it stands below, under FILTER_ERROR. */
  readonly error?: string
  readonly onChange: (text: string) => void
}): ReactNode => {
  const field = useRef<HTMLInputElement>(null)
  useScreenKeys((key) => {
    if (key !== '/') return false
    field.current?.focus()
    return true
  })
  return (
    <span className="relative min-w-52 flex-1">
      <Search aria-hidden className="pointer-events-none absolute top-[7px] left-2.5 size-3.5 text-faint" />
      <input
        ref={field}
        type="search"
        aria-label="Filter"
        aria-keyshortcuts="/"
        aria-invalid={error !== '' || undefined}
        aria-describedby={error === '' ? undefined : FILTER_ERROR}
        placeholder={placeholder}
        value={value}
        maxLength={1_000}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        className="h-7 w-full rounded-s border border-line-strong bg-bg pr-2 pl-8 placeholder:text-faint [&::-webkit-search-cancel-button]:hidden aria-invalid:border-bad"
      />
    </span>
  )
}

/** One source of those that are known, or all. One that is wanted and not there yet can be seen, too. */
export const SourceSelect = ({
  value,
  sources,
  onChange,
}: {
  readonly value: string
  readonly sources: readonly string[]
  readonly onChange: (source: string) => void
}): ReactNode => {
  const choices = sources.includes(value) || value === '' ? sources : [value, ...sources]
  return (
    <Select
      label="Source"
      value={value}
      options={[
        { value: '', label: 'all' },
        ...choices.map((source) => ({ value: source, label: visibleLine(source) })),
      ]}
      onChange={onChange}
    />
  )
}

/** How lines are drawn. */
export const LookSwitches = (): ReactNode => {
  const { utc, wrap, set } = usePrefs()
  return (
    <>
      <Switch label="UTC" on={utc} onChange={(on) => set({ utc: on })} />
      <Switch label="Wrap" on={wrap} onChange={(on) => set({ wrap: on })} />
    </>
  )
}
