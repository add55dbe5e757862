import { Download } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { FILTER_ERROR, FilterField, LookSwitches, SourceSelect } from './filter-parts.tsx'
import { LEVEL_OPTIONS } from './log-filter.ts'
import { useLogView } from './log-view-store.ts'

const NO_SOURCES: readonly string[] = []

/** What is shown of the log, and how. */
export const ViewControls = (): ReactNode => {
  const { filter, filterError, setFilter, note, marked, seek } = useLogView()
  const sources = useLogView((store) => store.view?.sources ?? NO_SOURCES)
  const end = useLogView(({ view }) => (view === null ? 0 : view.first + view.total))
  const [exporting, setExporting] = useState(false)
  return (
    <div className="mt-3 mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <FilterField
        value={filter.text}
        placeholder={filter.pattern ? 'Regular expression' : 'Text'}
        error={filterError}
        onChange={(text) => setFilter({ text })}
      />
      <Switch label="Regex" on={filter.pattern} onChange={(pattern) => setFilter({ pattern })} />
      <Select
        label="Level"
        value={filter.minLevel}
        options={LEVEL_OPTIONS}
        onChange={(minLevel) => setFilter({ minLevel })}
      />
      <SourceSelect value={filter.source} sources={sources} onChange={(source) => setFilter({ source })} />
      <LookSwitches />
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
        <p id={FILTER_ERROR} role="alert" className="w-full text-s text-bad">
          {filterError}. The filter before it still holds.
        </p>
      )}
      <output className="w-full text-s text-soft empty:hidden">{note}</output>
      <ExportDialog open={exporting} onClose={() => setExporting(false)} />
    </div>
  )
}
