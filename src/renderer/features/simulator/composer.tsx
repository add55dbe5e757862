import { SendHorizontal } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useIsLive, useIsLocked, useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import type { Speaker } from './speakers.ts'

const MAX_CHARS = 4096

/** Where the made-up person writes. Off, with the reason, while nobody would hear it. */
export const Composer = ({ speaker }: { readonly speaker: Speaker }): ReactNode => {
  const id = useId()
  const [text, setText] = useState('')
  const say = useCommand('simulator.say')
  const why = useWhyOff()
  const ready = why === '' && text.trim() !== '' && !say.pending
  const send = async (): Promise<void> => {
    if (!ready) return
    const done = await say.run({ sender: speaker.id, name: speaker.name, text })
    if (done) setText('')
  }
  return (
    <form
      className="border-t border-line p-3"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label htmlFor={id} className="sr-only">
        Message as {speaker.name}
      </label>
      <div className="flex items-end gap-2">
        <textarea
          id={id}
          rows={2}
          value={text}
          maxLength={MAX_CHARS}
          placeholder={why === '' ? `Write as ${speaker.name}` : ''}
          aria-describedby={`${id}-note`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            void send()
          }}
          className="min-h-11 flex-1 resize-none rounded-s border border-line-strong bg-bg px-2.5 py-1.5 placeholder:text-faint"
        />
        <Button look="primary" type="submit" off={!ready}>
          <SendHorizontal aria-hidden className="size-3.5" />
          Send
        </Button>
      </div>
      <p id={`${id}-note`} className={`mt-1 text-s ${why === '' ? 'text-faint' : 'text-warn'}`}>
        {why === '' ? 'Enter sends, Shift Enter makes a new line.' : why}
      </p>
    </form>
  )
}

const useWhyOff = (): string => {
  const { phase } = useSlice('gateway')
  const locked = useIsLocked()
  const live = useIsLive()
  if (locked) return 'Everything is stopped: nobody hears this until you resume.'
  if (!live) return 'This window has lost the app.'
  if (phase === 'running' || phase === 'unresponsive') return ''
  return phase === 'starting' ? 'The gateway is starting.' : 'The gateway does not run: start it first.'
}
