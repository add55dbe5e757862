import { Search } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { visibleLine } from '../../../../shared/domain/visible-text.ts'
import { useScreenKeys } from '../../../keys/use-keys.ts'
import { usePrefs } from '../../../store/prefs.ts'
import { Select } from '../../../ui/select.tsx'
import { Switch } from '../../../ui/switch.tsx'
import { LEVEL_OPTIONS } from '../log-filter.ts'
import { useLogs } from './log-store.ts'

/** What is shown of the log, and how. */
export const LogControls = (): ReactNode => {
  const { filter, setFilter } = useLogs()
  const sources = useLogs((store) => store.buffer.sources)
  const { utc, wrap, set } = usePrefs()
  const field = useRef<HTMLInputElement>(null)
  useScreenKeys((key) => {
    if (key !== '/') return false
    field.current?.focus()
    return true
  })
  return (
    <div className="mt-3 mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <span className="relative min-w-52 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-[7px] left-2.5 size-3.5 text-faint" />
        <input
          ref={field}
          type="search"
          aria-label="Filter"
          aria-keyshortcuts="/"
          placeholder="Text"
          value={filter.text}
          spellCheck={false}
          onChange={(event) => setFilter({ text: event.target.value })}
          className="h-7 w-full rounded-s border border-line-strong bg-bg pr-2 pl-8 placeholder:text-faint"
        />
      </span>
      <Select
        label="Level"
        value={filter.level}
        options={LEVEL_OPTIONS}
        onChange={(level) => setFilter({ level })}
      />
      <Select
        label="Source"
        value={filter.source}
        options={[
          { value: '', label: 'all' },
          ...sources.map((source) => ({ value: source, label: visibleLine(source) })),
        ]}
        onChange={(source) => setFilter({ source })}
      />
      <Switch label="UTC" on={utc} onChange={(on) => set({ utc: on })} />
      <Switch label="Wrap" on={wrap} onChange={(on) => set({ wrap: on })} />
    </div>
  )
}
