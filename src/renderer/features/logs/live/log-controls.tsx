import type { ReactNode } from 'react'
import { Select } from '../../../ui/select.tsx'
import { FilterField, LookSwitches, SourceSelect } from '../filter-parts.tsx'
import { LEVEL_OPTIONS } from '../log-filter.ts'
import { useLogs } from './log-store.ts'

/** What is shown of the log, and how. */
export const LogControls = (): ReactNode => {
  const { filter, setFilter } = useLogs()
  const sources = useLogs((store) => store.buffer.sources)
  return (
    <div className="mt-3 mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <FilterField value={filter.text} placeholder="Text" onChange={(text) => setFilter({ text })} />
      <Select
        label="Level"
        value={filter.level}
        options={LEVEL_OPTIONS}
        onChange={(level) => setFilter({ level })}
      />
      <SourceSelect value={filter.source} sources={sources} onChange={(source) => setFilter({ source })} />
      <LookSwitches />
    </div>
  )
}
