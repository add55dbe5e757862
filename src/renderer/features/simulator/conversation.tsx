import { type ReactNode, useEffect, useRef } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { LinkButton } from '../../ui/link-button.tsx'
import { clockSeconds } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { conversationOf, type Said, type Speaker } from './speakers.ts'

/** What one made-up person and the agent said to each other. */
export const Conversation = ({ speaker }: { readonly speaker: Speaker }): ReactNode => {
  const messages = useSlice('simulator')
  const activity = useSlice('activity')
  const request = useSlice('requests').find(
    ({ provider, id }) => provider === 'simulator' && id === speaker.id,
  )
  const said = conversationOf(speaker.id, messages, activity)
  const box = useRef<HTMLDivElement>(null)
  const last = said.at(-1)?.key
  const shown = useRef('')
  useEffect(() => {
    const now = `${speaker.id} ${last ?? ''}`
    if (shown.current === now) return
    shown.current = now
    box.current?.scrollTo({ top: box.current.scrollHeight })
  })
  return (
    <div
      ref={box}
      role="log"
      aria-label="Messages"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto px-5 py-3"
    >
      {said.length === 0 ? <NothingSaid speaker={speaker} /> : null}
      {said.map((entry) => (
        <Turn key={entry.key} entry={entry} name={speaker.name}>
          {request &&
          entry.kind === 'message' &&
          entry.message.from === 'agent' &&
          entry.message.text.includes(request.code) ? (
            <div className="mt-2">
              <LinkButton size="s" href={hrefOf('pairing', request)}>
                Open request
              </LinkButton>
            </div>
          ) : null}
        </Turn>
      ))}
    </div>
  )
}

const NothingSaid = ({ speaker }: { readonly speaker: Speaker }): ReactNode => (
  <p className="py-6 text-center text-soft">
    {speaker.standing === 'stranger'
      ? `Write as ${speaker.name}: the gate answers with a code, and a request appears under Pairing.`
      : `Nothing said yet. What ${speaker.name} writes is answered by the agent.`}
  </p>
)

const Turn = ({
  entry,
  name,
  children,
}: {
  readonly entry: Said
  readonly name: string
  readonly children: ReactNode
}): ReactNode => {
  const isNote = entry.kind === 'note'
  const who = isNote ? entry.from : entry.message.from === 'agent' ? 'Agent' : name
  return (
    <div className="grid grid-cols-[84px_minmax(0,1fr)] gap-3.5 py-2">
      <div className="text-right font-medium wrap-anywhere">
        {who}
        <div className="mono text-xs font-normal text-faint">{clockSeconds(entry.at)}</div>
      </div>
      <div className={isNote ? 'text-faint' : ''}>
        <RemoteText text={isNote ? entry.text : entry.message.text} shape="block" />
        {children}
      </div>
    </div>
  )
}
