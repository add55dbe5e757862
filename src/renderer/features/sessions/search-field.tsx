import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect } from 'react'
import { MAX_QUERY } from '../../../shared/contracts/archive-scalars.ts'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { FilterChips } from './filter-chips.tsx'
import type { RowListHandle } from './row-list.tsx'
import { isSearch, useSearch } from './search-store.ts'

/** What is searched for. `/` goes here, Escape clears and then leaves, the arrow down goes to what was found. */
export const SearchField = ({
  field,
  list,
}: {
  readonly field: RefObject<HTMLInputElement | null>
  readonly list: RefObject<RowListHandle | null>
}): ReactNode => {
  const { text, type, toField, cameToField } = useSearch()
  useEffect(() => {
    if (toField === 'done') return
    field.current?.focus()
    cameToField()
  }, [field, toField, cameToField])
  useScreenKeys((key) => {
    if (key !== '/') return false
    field.current?.focus()
    field.current?.select()
    return true
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, its keys are its own.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'Enter') list.current?.focus(0)
    else if (event.key !== 'Escape') return
    else if (text === '') field.current?.blur()
    else type('')
    event.preventDefault()
  }
  return (
    <search className="flex flex-col gap-2 px-3 pt-2.5 pb-2">
      <span className="relative">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-3.5 text-faint" />
        <input
          ref={field}
          type="search"
          aria-label="Search all transcripts"
          aria-keyshortcuts="/"
          aria-describedby="search-problems"
          placeholder="Search: words, tool:bash, is:error…"
          value={text}
          maxLength={MAX_QUERY}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
          className="h-[30px] w-full rounded-s border border-line-strong bg-bg pr-8 pl-8 placeholder:text-faint [&::-webkit-search-cancel-button]:hidden"
        />
        {text === '' ? null : (
          <button
            type="button"
            aria-label="Clear the search"
            onClick={() => {
              type('')
              field.current?.focus()
            }}
            className="absolute top-[3px] right-1 grid size-6 place-items-center rounded-s text-faint hover:bg-raised hover:text-fg"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        )}
      </span>
      <FilterChips />
      <Problems />
      <Found />
    </search>
  )
}

/** What of the query was not understood, each in a sentence. */
const Problems = (): ReactNode => {
  const { text, parsed, result } = useSearch()
  const fromArchive = result?.text === text ? result.problems : []
  const problems = [...new Set([...parsed.problems, ...fromArchive])]
  return (
    <div id="search-problems" className={problems.length === 0 ? 'hidden' : 'text-s text-warn'}>
      {problems.map((problem) => (
        <p key={problem}>
          <RemoteText text={problem} />
        </p>
      ))}
    </div>
  )
}

/** How much was found, and in which order it stands. */
const Found = (): ReactNode => {
  const { parsed, result, order, setOrder } = useSearch()
  if (!isSearch(parsed)) return null
  const count = result?.hits.length ?? 0
  return (
    <div className="flex items-center gap-2 text-xs text-faint">
      <output className="flex-1">
        {result === null
          ? 'Searching…'
          : `${count}${result.more ? '+' : ''} found, ${ORDER_WORDS[result.order]}`}
      </output>
      <button
        type="button"
        aria-pressed={order === 'ranked'}
        onClick={() => setOrder(order === 'ranked' ? 'newest' : 'ranked')}
        className="h-6 rounded-s px-1.5 text-soft hover:bg-raised hover:text-fg aria-pressed:bg-accent-bg aria-pressed:text-accent forced-colors:aria-pressed:outline"
      >
        Best first
      </button>
    </div>
  )
}

const ORDER_WORDS = { newest: 'newest first', ranked: 'best of the newest first' } as const
