import { type ReactNode, useEffect, useState } from 'react'
import type { OutputOf } from '../../../shared/contracts/bridge.ts'
import { askArchive } from '../../ask-archive.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { ErrorText } from '../../ui/error-text.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'

/** Of the line; what is drawn at once. UTF-16 units. */
const MAX_CHARS = 100_000

/** The line of the file behind a turn, as it stands there. */
export const RawDialog = ({
  sessionRef,
  turn,
  onClose,
}: {
  readonly sessionRef: string
  /** Null: closed. */
  readonly turn: number | null
  readonly onClose: () => void
}): ReactNode => (
  <Modal
    open={turn !== null}
    onClose={onClose}
    title={turn === null ? 'Raw line' : `Raw line of turn ${groupDigits(turn + 1)}`}
    description="As it stands in the file now. Secrets in it are not redacted."
    width="w-[720px]"
  >
    {turn === null ? null : <RawLine key={turn} sessionRef={sessionRef} turn={turn} />}
  </Modal>
)

const RawLine = ({ sessionRef, turn }: { readonly sessionRef: string; readonly turn: number }): ReactNode => {
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof ask>> | null>(null)
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no')
  useEffect(() => {
    let wanted = true
    void ask(sessionRef, turn).then((given) => (wanted ? setAnswer(given) : undefined))
    return () => {
      wanted = false
    }
  }, [sessionRef, turn])
  if (answer === null) return <output className="block px-5 pt-3 pb-4 text-soft">Reading the line…</output>
  if (!answer.ok) {
    return (
      <div className="px-5 pt-3 pb-4">
        <Notice urgent tone="bad" title="The line could not be read">
          <ErrorText error={answer.error} />
        </Notice>
      </div>
    )
  }
  const { text, line, cut } = answer.value
  const left = cut + Math.max(0, text.length - MAX_CHARS)
  return (
    <div className="px-5 pt-3 pb-4">
      <ScrollBox label="Raw line" className="max-h-[50vh]">
        <RemoteText text={text.slice(0, MAX_CHARS)} shape="block" most={MAX_CHARS} />
      </ScrollBox>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <span className="mono text-faint">
          line {groupDigits(line)}
          {left > 0 ? ` · ${groupDigits(left)} more characters in the file` : ''}
        </span>
        <span className="flex-1" />
        <output className="text-s text-soft">{COPIED[copied]}</output>
        <Button onClick={() => setCopied(copyText(text) ? 'yes' : 'refused')}>Copy</Button>
      </div>
    </div>
  )
}

const ask = (ref: string, turn: number): Promise<OutputOf<'archive.raw'>> =>
  askArchive('archive.raw', { ref, turn })

const COPIED = {
  no: '',
  yes: 'Copied.',
  refused: 'The system did not take it: select the text and copy it by hand.',
} as const
