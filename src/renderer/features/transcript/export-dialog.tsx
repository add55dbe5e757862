import { type ReactNode, useId, useState } from 'react'
import { EXPORT_FORMATS, type ExportFormat } from '../../../shared/contracts/bridge.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Select } from '../../ui/select.tsx'
import { useCommand } from '../../ui/use-command.tsx'

const LABELS: Readonly<Record<ExportFormat, string>> = { markdown: 'Markdown', html: 'HTML', jsonl: 'JSONL' }

const MEANINGS: Readonly<Record<ExportFormat, string>> = {
  markdown: 'To read in any editor.',
  html: 'One file for a browser, without script.',
  jsonl: 'The lines of the file, for programs.',
}

/** Asks in which form the transcript is written, and whether with its secrets; then the system asks where. */
export const ExportDialog = ({
  sessionRef,
  open,
  onClose,
}: {
  readonly sessionRef: string
  readonly open: boolean
  readonly onClose: () => void
}): ReactNode => (
  <Modal
    open={open}
    onClose={onClose}
    title="Export this transcript"
    description="All of it, as a file that only you can read."
  >
    <ExportForm sessionRef={sessionRef} onClose={onClose} />
  </Modal>
)

const ExportForm = ({
  sessionRef,
  onClose,
}: {
  readonly sessionRef: string
  readonly onClose: () => void
}): ReactNode => {
  const [format, setFormat] = useState<ExportFormat>('markdown')
  const [redacted, setRedacted] = useState(true)
  const [label, danger] = [useId(), useId()]
  const { run, pending } = useCommand('sessions.export')
  return (
    <form
      className="px-5 pt-3 pb-4"
      onSubmit={(event) => {
        event.preventDefault()
        void run({ ref: sessionRef, format, secrets: redacted ? 'redact' : 'keep' }).then((done) =>
          done ? onClose() : undefined,
        )
      }}
    >
      <Select
        label="Format"
        value={format}
        options={EXPORT_FORMATS.map((value) => ({ value, label: LABELS[value] }))}
        onChange={setFormat}
      />
      <p className="mt-1 text-soft">{MEANINGS[format]}</p>
      <div className="mt-3 flex items-start gap-2">
        <Checkbox labelledBy={label} describedBy={danger} checked={redacted} onChange={setRedacted} />
        <div>
          <span id={label}>Redact secrets</span>
          <p id={danger} className={redacted ? 'text-soft' : 'text-bad'}>
            {redacted
              ? 'Keys, tokens and passwords become short marks. The file says so.'
              : 'Danger: whoever gets the file gets every key, token and password in it. The file says so.'}
          </p>
        </div>
      </div>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" off={pending}>
          {pending ? 'Writing…' : 'Export…'}
        </Button>
      </div>
    </form>
  )
}
