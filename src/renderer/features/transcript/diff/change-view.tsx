import { type ReactNode, useMemo } from 'react'
import type { Block } from '../../../../shared/contracts/archive-transcript.ts'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { counted } from '../../../ui/text/words.ts'
import { type DiffLine, diffLines, foldSame } from './line-diff.ts'

type Change = NonNullable<Extract<Block, { readonly kind: 'call' }>['change']>

/** Equal lines shown around a change. */
const CONTEXT = 3
/** Lines of a diff that are drawn; the arguments of the call have all of them. */
const MAX_LINES = 400
/** Of one line; UTF-16 units. */
const MAX_LINE = 1_000

/** What an edit put in place of what. */
export const ChangeView = ({ change }: { readonly change: Change }): ReactNode => {
  const lines = useMemo(() => diffLines(change.before, change.after), [change])
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a fieldset is of a form
      role="group"
      aria-label="Change"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
      tabIndex={0}
      className="max-h-96 overflow-auto border-t border-line bg-sunken py-1.5 font-mono text-s leading-[18px] select-text"
    >
      {lines === null ? (
        <>
          <Note>
            Too much changed to compare line by line: what was there, and what was put in its place.
          </Note>
          <Lines lines={sideOf(change.before, 'gone')} />
          <Lines lines={sideOf(change.after, 'come')} />
        </>
      ) : (
        <Parts lines={lines} />
      )}
      {change.cut > 0 ? <Note>{`${change.cut} more characters are not shown.`}</Note> : null}
    </div>
  )
}

const Parts = ({ lines }: { readonly lines: readonly DiffLine[] }): ReactNode => {
  if (lines.every(({ kind }) => kind === 'same')) return <Note>Nothing was changed.</Note>
  const parts = foldSame(lines.slice(0, MAX_LINES * 4), CONTEXT)
  return (
    <>
      {parts.map((part, index) =>
        part.kind === 'lines' ? (
          // oxlint-disable-next-line react/no-array-index-key -- parts of a text that does not change
          <Lines key={index} lines={part.lines} />
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- parts of a text that does not change
          <Note key={index}>{`… ${counted(part.count, 'line', 'lines')} the same`}</Note>
        ),
      )}
    </>
  )
}

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', gone: '−', come: '+' }
const LOOKS: Readonly<Record<DiffLine['kind'], string>> = {
  same: 'text-soft',
  gone: 'bg-bad-bg text-bad',
  come: 'bg-good-bg text-good',
}

const Lines = ({ lines }: { readonly lines: readonly DiffLine[] }): ReactNode => (
  <>
    {lines.slice(0, MAX_LINES).map((line, index) => {
      const text = <RemoteText text={line.text} shape="block" most={MAX_LINE} />
      return (
        // oxlint-disable-next-line react/no-array-index-key -- lines of a text that does not change
        <div key={index} className={`grid grid-cols-[2ch_minmax(0,1fr)] px-3 ${LOOKS[line.kind]}`}>
          <span className="select-none">{SIGNS[line.kind]}</span>
          {line.kind === 'gone' ? <del className="no-underline">{text}</del> : null}
          {line.kind === 'come' ? <ins className="no-underline">{text}</ins> : null}
          {line.kind === 'same' ? text : null}
        </div>
      )
    })}
    {lines.length > MAX_LINES ? (
      <Note>{`… ${counted(lines.length - MAX_LINES, 'more line', 'more lines')}`}</Note>
    ) : null}
  </>
)

const Note = ({ children }: { readonly children: string }): ReactNode => (
  <p className="px-3 text-faint">{children}</p>
)

const sideOf = (text: string, kind: 'gone' | 'come'): readonly DiffLine[] =>
  text.split('\n').map((line) => ({ kind, text: line }))
