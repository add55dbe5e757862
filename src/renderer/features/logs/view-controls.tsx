import { Download, Search } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { usePrefs } from '../../store/prefs.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { LEVEL_OPTIONS } from './log-filter.ts'
import { useLogView } from './log-view-store.ts'

const NO_SOURCES: readonly string[] = []

/** What is shown of the log, and how. */
export const ViewControls = (): ReactNode => {
  const { filter, filterError, setFilter, note, marked, seek } = useLogView()
  const sources = useLogView((store) => store.view?.sources ?? NO_SOURCES)
  const end = useLogView(({ view }) => (view === null ? 0 : view.first + view.total))
  const { utc, wrap, set } = usePrefs()
  const [exporting, setExporting] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useScreenKeys((key) => {
    if (key !== '/') return false
    field.current?.focus()
    return true
  })
  const choices =
    sources.includes(filter.source) || filter.source === '' ? sources : [filter.source, ...sources]
  return (
    <div className="mt-3 mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <span className="relative min-w-52 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-[7px] left-2.5 size-3.5 text-faint" />
        <input
          ref={field}
          type="search"
          aria-label="Filter"
          aria-keyshortcuts="/"
          aria-invalid={filterError !== '' || undefined}
          aria-describedby={filterError === '' ? undefined : 'log-filter-error'}
          placeholder={filter.pattern ? 'Regular expression' : 'Text'}
          value={filter.text}
          maxLength={1_000}
          spellCheck={false}
          onChange={(event) => setFilter({ text: event.target.value })}
          className="h-7 w-full rounded-s border border-line-strong bg-bg pr-2 pl-8 placeholder:text-faint [&::-webkit-search-cancel-button]:hidden aria-invalid:border-bad"
        />
      </span>
      <Switch label="Regex" on={filter.pattern} onChange={(pattern) => setFilter({ pattern })} />
      <Select
        label="Level"
        value={filter.minLevel}
        options={LEVEL_OPTIONS}
        onChange={(minLevel) => setFilter({ minLevel })}
      />
      <Select
        label="Source"
        value={filter.source}
        options={[
          { value: '', label: 'all' },
          ...choices.map((source) => ({ value: source, label: visibleLine(source) })),
        ]}
        onChange={(source) => setFilter({ source })}
      />
      <Switch label="UTC" on={utc} onChange={(on) => set({ utc: on })} />
      <Switch label="Wrap" on={wrap} onChange={(on) => set({ wrap: on })} />
      <span className="inline-flex gap-2">
        <Button aria-keyshortcuts="Shift+E" onClick={() => void seek('previous', marked ?? end)}>
          Previous error
        </Button>
        <Button aria-keyshortcuts="E" onClick={() => void seek('next', marked ?? end)}>
          Next error
        </Button>
        <Button onClick={() => setExporting(true)}>
          <Download aria-hidden className="size-3.5" />
          Export
        </Button>
      </span>
      {filterError === '' ? null : (
        <p id="log-filter-error" role="alert" className="w-full text-s text-bad">
          {filterError}. The filter before it still holds.
        </p>
      )}
      <output className="w-full text-s text-soft empty:hidden">{note}</output>
      <ExportDialog open={exporting} onClose={() => setExporting(false)} />
    </div>
  )
}
