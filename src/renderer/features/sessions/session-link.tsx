import { type ReactNode, useState } from 'react'
import { askArchive } from '../../ask-archive.ts'
import { sessionHref } from '../../store/screen.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { showError } from '../../ui/toasts.tsx'

/** The key of a session, which opens its transcript: only the archive knows which file that is now. */
export const SessionLink = ({ session }: { readonly session: string }): ReactNode => {
  const [opening, setOpening] = useState(false)
  const open = async (): Promise<void> => {
    setOpening(true)
    const answer = await askArchive('archive.session', { name: session })
    setOpening(false)
    if (!answer.ok) showError(answer.error)
    else if (answer.value.row === null) showError(NO_TRANSCRIPT)
    else window.location.hash = sessionHref(answer.value.row.ref)
  }
  return (
    <button
      type="button"
      title="Read the transcript"
      aria-disabled={opening || undefined}
      onClick={() => (opening ? undefined : void open())}
      className="mono max-w-full rounded-s text-left text-faint underline decoration-line-strong underline-offset-2 hover:text-fg"
    >
      <RemoteText text={session} />
    </button>
  )
}

const NO_TRANSCRIPT = {
  code: 'not_found',
  message: 'This session has no transcript yet',
  hint: 'It is written with the first message that is answered; a transcript that was deleted is not kept.',
}
