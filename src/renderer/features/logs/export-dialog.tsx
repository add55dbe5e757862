import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Modal } from '../../ui/modal.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { useCommand } from '../../ui/use-command.tsx'
import { useLogView } from './log-view-store.ts'

/** Takes the lines that the filter shows away as a file. */
export const ExportDialog = ({
  open,
  onClose,
}: {
  readonly open: boolean
  readonly onClose: () => void
}): ReactNode => {
  const view = useLogView((store) => store.view)
  const [keep, setKeep] = useState(false)
  const { run, pending } = useCommand('logs.export')
  const write = async (): Promise<void> => {
    if (view === null) return
    if (await run({ view: view.view, secrets: keep ? 'keep' : 'redact' })) onClose()
  }
  return (
    <Modal
      open={open}
      onClose={onClose}
      title="Export these lines"
      description={`${groupDigits(view?.total ?? 0)} lines, one JSON object each, as the filter shows them.`}
    >
      <div className="px-5 pt-4 pb-5">
        <div className="flex gap-2.5">
          <Checkbox
            labelledBy="log-export-keep"
            describedBy="log-export-why"
            checked={keep}
            onChange={setKeep}
          />
          <div>
            <div id="log-export-keep" className="font-medium">
              Keep secrets
            </div>
            <p id="log-export-why" className="text-soft">
              Otherwise tokens, keys, codes and phone numbers are replaced by short tags. The file says which
              it was.
            </p>
          </div>
        </div>
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" off={pending || view === null} onClick={() => void write()}>
            Export…
          </Button>
        </div>
      </div>
    </Modal>
  )
}
