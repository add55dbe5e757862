import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { isProvenStopped, type StopResultView } from '../../../shared/contracts/stop-views.ts'
import type { BridgeError } from '../../bridge.ts'
import { useApp, useSlice } from '../../store/app-store.ts'
import { useOverlay } from '../../store/use-overlay.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Notice } from '../../ui/notice.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { showDone } from '../../ui/toasts.tsx'
import { runCommand } from '../../ui/use-command.tsx'
import { doubtsOf } from './doubts.ts'
import { Survivors } from './survivors.tsx'

/** Resuming is slow on purpose: a reason of some words, and this many seconds to read it again. */
const WAIT_S = 3
const MIN_REASON = 3
const MAX_REASON = 500

export const ResumeDialog = (): ReactNode => {
  const locked = useApp(({ feed }) => feed.state?.lockdown != null)
  const { open, close } = useOverlay('resume', locked)
  const field = useRef<HTMLTextAreaElement>(null)
  return (
    <Modal
      open={open}
      onClose={close}
      title="Resume"
      description="This lifts the lockdown. Nothing is started by it; you start the gateway afterwards. Pairing codes from before the stop are void."
      initialFocus={field}
    >
      <ResumeForm field={field} onDone={close} />
    </Modal>
  )
}

const ResumeForm = ({
  field,
  onDone,
}: {
  readonly field: React.RefObject<HTMLTextAreaElement | null>
  readonly onDone: () => void
}): ReactNode => {
  const id = useId()
  const result = useSlice('lockdown')?.result ?? null
  const [reason, setReason] = useState('')
  const [error, setError] = useState<BridgeError | null>(null)
  const [pending, setPending] = useState(false)
  const [unknowns, setUnknowns] = useState<'refuse' | 'accept'>('refuse')
  const unsure = error !== null || result === null || result.containersError !== null
  const wait = useCountdown(WAIT_S)
  const ready = reason.trim().length >= MIN_REASON && wait === 0 && !pending
  const resume = async (): Promise<void> => {
    setPending(true)
    setError(null)
    const outcome = await runCommand('lockdown.resume', { reason: reason.trim(), unknowns })
    setPending(false)
    if (!outcome.ok) {
      setError(outcome.error)
      return
    }
    onDone()
    if (outcome.note !== '') showDone(outcome.note)
  }
  return (
    <form
      className="px-5 pt-3 pb-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void resume()
      }}
    >
      <Doubts result={result} />
      <label htmlFor={id} className="font-medium">
        What has changed since the stop?
      </label>
      <textarea
        ref={field}
        id={id}
        rows={3}
        value={reason}
        maxLength={MAX_REASON}
        required
        aria-describedby={`${id}-note`}
        onChange={(event) => setReason(event.target.value)}
        className="mt-1 w-full rounded-s border border-line-strong bg-bg px-2.5 py-1.5"
      />
      <p id={`${id}-note`} className="mt-0.5 text-s text-faint">
        Kept on record. At least {MIN_REASON} characters.
      </p>
      {error === null ? null : (
        <div className="mt-3">
          <Notice urgent tone="bad" title={<RemoteText text={error.message} shape="block" />}>
            <RemoteText text={error.hint} />
          </Notice>
        </div>
      )}
      {unsure ? (
        <div className="mt-3 flex items-start gap-2.5">
          <Checkbox
            labelledBy={`${id}-unknowns`}
            checked={unknowns === 'accept'}
            onChange={(checked) => setUnknowns(checked ? 'accept' : 'refuse')}
          />
          <span id={`${id}-unknowns`}>
            Where nobody can look, as with Docker that does not answer, I know myself that nothing runs.
          </span>
        </div>
      ) : null}
      <div className="mt-3 flex items-center justify-end gap-2">
        <Button look="quiet" onClick={onDone}>
          Stay stopped
        </Button>
        <Button look="danger" type="submit" off={!ready}>
          {pending ? 'Looking for survivors…' : 'Resume'}
          {wait > 0 ? (
            <span aria-hidden className="mono">
              {' '}
              {wait} s
            </span>
          ) : null}
        </Button>
      </div>
    </form>
  )
}

/** What was not proven, and what resuming means then. */
const Doubts = ({ result }: { readonly result: StopResultView | null }): ReactNode => {
  if (result !== null && isProvenStopped(result)) return null
  return (
    <div className="mb-3">
      <Notice tone="bad" title="It is not proven that everything is stopped">
        <ul className="mt-0.5 list-disc pl-4">
          {doubtsOf(result).map((doubt) => (
            <li key={doubt}>{doubt}</li>
          ))}
        </ul>
        {result === null ? null : <Survivors survivors={result.survivors} />}
      </Notice>
    </div>
  )
}

/** Seconds left of `seconds` since this was first drawn. */
const useCountdown = (seconds: number): number => {
  const [left, setLeft] = useState(seconds)
  useEffect(() => {
    if (left <= 0) return undefined
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  return left
}
