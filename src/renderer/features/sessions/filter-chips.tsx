import { ChevronDown, X } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { addFilter, formatFilter, withFilter, withoutFilter } from '../../../shared/domain/search-query.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { useSlice } from '../../store/app-store.ts'
import { type ChoiceChip, choiceChips, chosenOf, isSame, otherFilters, SWITCHES } from './chips.ts'
import { useSearch } from './search-store.ts'

const CHIP = 'inline-flex h-6 items-center rounded-full border text-xs'
const OFF = 'border-line-strong text-soft hover:bg-raised hover:text-fg'
const ON = 'border-transparent bg-accent-bg text-accent forced-colors:border-[Highlight]'

/** The filters as chips. Each writes the language into the field, and shows what stands there. */
export const FilterChips = (): ReactNode => {
  const people = useSlice('people')
  const { text, parsed, type } = useSearch()
  const chips = useMemo(() => choiceChips(people), [people])
  const { filters } = parsed.query
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">Filters</legend>
      {chips.map((chip) => (
        <Choice key={chip.field} chip={chip} />
      ))}
      {SWITCHES.map(({ label, filter }) => {
        const on = filters.some((one) => isSame(one, filter))
        return (
          <button
            key={label}
            type="button"
            aria-pressed={on}
            onClick={() => type(on ? withoutFilter(text, filter) : addFilter(text, filter))}
            className={`${CHIP} px-2 ${on ? ON : OFF}`}
          >
            {label}
          </button>
        )
      })}
      {otherFilters(filters, chips).map((filter) => {
        const written = visibleLine(formatFilter(filter))
        return (
          <span key={written} className={`${CHIP} max-w-full pl-2 ${ON}`}>
            <bdi className="truncate">{written}</bdi>
            <Remove what={written} onRemove={() => type(withoutFilter(text, filter))} />
          </span>
        )
      })}
    </fieldset>
  )
}

const Choice = ({ chip: { field, label, choices } }: { readonly chip: ChoiceChip }): ReactNode => {
  const { text, parsed, type } = useSearch()
  const chosen = chosenOf(parsed.query.filters, field)
  const value = chosen?.value ?? ''
  const isOwn = value !== '' && !choices.some((choice) => choice.value === value)
  return (
    <span className={`${CHIP} relative max-w-full ${chosen ? ON : OFF}`}>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => type(withFilter(text, field, event.target.value || undefined))}
        className={`field-sizing-content h-full max-w-44 appearance-none truncate rounded-full bg-transparent pl-2 ${
          chosen ? 'pr-0' : 'pr-5'
        }`}
      >
        <option value="">{chosen ? `${label}: any` : label}</option>
        {isOwn ? <option value={value}>{visibleLine(value)}</option> : null}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {chosen ? (
        <Remove what={visibleLine(formatFilter(chosen))} onRemove={() => type(withoutFilter(text, chosen))} />
      ) : (
        <ChevronDown aria-hidden className="pointer-events-none absolute right-1.5 size-3 text-faint" />
      )}
    </span>
  )
}

const Remove = ({ what, onRemove }: { readonly what: string; readonly onRemove: () => void }): ReactNode => (
  <button
    type="button"
    aria-label={`Remove ${what}`}
    onClick={onRemove}
    className="grid size-6 shrink-0 place-items-center rounded-full hover:brightness-125"
  >
    <X aria-hidden className="size-3" />
  </button>
)
