import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useApp, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { Modal } from '../../ui/modal.tsx'
import { useCommand } from '../../ui/use-command.tsx'

/** Resuming is slow on purpose: a reason of some words, and this many seconds to read it again. */
const WAIT_S = 3
const MIN_REASON = 3
const MAX_REASON = 500

export const ResumeDialog = (): ReactNode => {
  const open = useApp((store) => store.overlay === 'resume')
  const show = useApp((store) => store.show)
  const field = useRef<HTMLTextAreaElement>(null)
  return (
    <Modal
      open={open}
      onClose={() => show(null)}
      title="Resume"
      description="This lifts the lockdown. Nothing is started by it; you start the gateway afterwards."
      initialFocus={field}
    >
      <ResumeForm field={field} onDone={() => show(null)} />
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
  const survivors = useSlice('lockdown')?.result?.survivors.length ?? 0
  const [reason, setReason] = useState('')
  const wait = useCountdown(WAIT_S)
  const resume = useCommand('lockdown.resume')
  const given = reason.trim().length >= MIN_REASON
  const ready = given && wait === 0 && !resume.pending
  return (
    <form
      className="px-5 pt-3 pb-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!ready) return
        void resume.run({ reason: reason.trim() }).then((done) => {
          if (done) onDone()
          return undefined
        })
      }}
    >
      {survivors > 0 ? (
        <p className="mb-3 text-bad">Something that should be dead is still running. End it first.</p>
      ) : null}
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
      <div className="mt-3 flex items-center justify-end gap-2">
        <Button look="quiet" onClick={onDone}>
          Stay stopped
        </Button>
        <Button look="danger" type="submit" off={!ready}>
          Resume
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
