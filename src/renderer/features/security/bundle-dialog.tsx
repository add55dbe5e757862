import { type ReactNode, useId, useState } from 'react'
import type { BridgeError } from '../../bridge.ts'
import { useApp } from '../../store/app-store.ts'
import { useOverlay } from '../../store/use-overlay.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Notice } from '../../ui/notice.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { showDone } from '../../ui/toasts.tsx'
import { runCommand } from '../../ui/use-command.tsx'

/** Asks what goes into the bundle; where it goes to, the system asks after that. */
export const BundleDialog = (): ReactNode => {
  const there = useApp(({ feed }) => feed.state?.incident != null)
  const { open, close } = useOverlay('bundle', there)
  return (
    <Modal
      open={open}
      onClose={close}
      title="Save incident bundle"
      description="One file to keep or to hand on: the time line, what ran, the log of that minute, the audit and a list of hashes. Known secrets are taken out."
    >
      <BundleForm onDone={close} />
    </Modal>
  )
}

const BundleForm = ({ onDone }: { readonly onDone: () => void }): ReactNode => {
  const id = useId()
  const [transcripts, setTranscripts] = useState<'leave-out' | 'put-in'>('leave-out')
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<BridgeError | null>(null)
  const save = async (): Promise<void> => {
    setPending(true)
    setError(null)
    const outcome = await runCommand('incident.bundle', { transcripts: transcripts === 'put-in' })
    setPending(false)
    if (!outcome.ok) {
      setError(outcome.error)
      return
    }
    onDone()
    if (outcome.note !== '') showDone(outcome.note)
  }
  return (
    <div className="px-5 pt-3 pb-4">
      <div className="flex items-start gap-2.5">
        <Checkbox
          labelledBy={`${id}-label`}
          describedBy={`${id}-note`}
          checked={transcripts === 'put-in'}
          onChange={(checked) => setTranscripts(checked ? 'put-in' : 'leave-out')}
        />
        <div>
          {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the box beside it has the keys */}
          <div
            id={`${id}-label`}
            onClick={() => setTranscripts(transcripts === 'put-in' ? 'leave-out' : 'put-in')}
          >
            Put the transcripts of the open sessions in
          </div>
          <p id={`${id}-note`} className="text-soft">
            They are what people wrote to the agent, and what it answered. Leave them out unless who gets the
            bundle may read them.
          </p>
        </div>
      </div>
      {error === null ? null : (
        <div className="mt-3">
          <Notice urgent tone="bad" title={<RemoteText text={error.message} />}>
            <RemoteText text={error.hint} />
          </Notice>
        </div>
      )}
      <div className="mt-4 flex items-center justify-end gap-2">
        <Button look="quiet" onClick={onDone}>
          Cancel
        </Button>
        <Button look="primary" off={pending} onClick={() => void save()}>
          {pending ? 'Saving…' : 'Choose where…'}
        </Button>
      </div>
    </div>
  )
}
