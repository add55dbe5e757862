import type { ReactNode } from 'react'
import type { ProviderView } from '../../../../shared/contracts/app-state.ts'
import { useIsLive, useSlice } from '../../../store/app-store.ts'
import { Button } from '../../../ui/button.tsx'
import { copyText } from '../../../ui/copy-text.ts'
import { Notice } from '../../../ui/notice.tsx'
import { RowQuestion, useRowAsking } from '../../../ui/row-question.tsx'
import { ScrollBox } from '../../../ui/scroll-box.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { showDone } from '../../../ui/toasts.tsx'
import { useCommand } from '../../../ui/use-command.tsx'
import { describeNumber, namesOwner, whoCouldWrite } from './describe-number.ts'

/** What follows from whose number is linked, with what to do about it; nothing where nothing does. */
export const NumberNotice = ({ view }: { readonly view: ProviderView }): ReactNode => {
  const people = useSlice('people')
  const openConfig = useCommand('config.open')
  const words = describeNumber(view, namesOwner(view, people) ? 'named' : 'not-named')
  if (words === null) return null
  const { tone, title, todo, offers } = words
  const warnings = view.link?.warnings ?? []
  const opens = offers.includes('open-config') || offers.includes('name-owner')
  return (
    <div className="mt-3">
      <Notice
        tone={tone}
        title={title}
        action={
          opens ? <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button> : null
        }
      >
        {warnings.map((warning) => (
          <p key={warning} className="max-w-[90ch]">
            <RemoteText text={warning} />
          </p>
        ))}
        {todo === '' ? null : <p className="max-w-[90ch]">{todo}</p>}
        {offers.includes('name-owner') ? <OwnerLine number={view.link?.self?.number ?? ''} /> : null}
        {offers.includes('set-separate') ? <SetSeparate view={view} /> : null}
      </Notice>
    </div>
  )
}

/** What makes the number the owner's, to be put into the config by their own hand. */
const OwnerLine = ({ number }: { readonly number: string }): ReactNode => {
  const line = `whatsapp: ${JSON.stringify(number)}`
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2">
      <span>
        If it is yours, put this under <span className="mono">owner</span>:
      </span>
      <ScrollBox label="Line for clawdbot.json" className="py-1">
        {line}
      </ScrollBox>
      <Button
        size="s"
        aria-label="Copy the line"
        onClick={() => {
          if (copyText(line)) showDone('Copied the line for clawdbot.json.')
        }}
      >
        Copy
      </Button>
    </div>
  )
}

/** The owner's word that the number is the agent's: others can write to it then, so it asks first. */
const SetSeparate = ({ view }: { readonly view: ProviderView }): ReactNode => {
  const setUse = useCommand('messenger.setUse')
  const live = useIsLive()
  const { isAsking, asker, ask, close } = useRowAsking()
  const run = async (): Promise<void> => {
    if (await setUse.run({ provider: view.provider, use: 'separate' })) close()
  }
  if (!isAsking) {
    return (
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <span>If it is the agent’s own:</span>
        <Button ref={asker} size="s" off={!live} onClick={ask}>
          It is the agent’s own number…
        </Button>
      </div>
    )
  }
  return (
    <div className="mt-2 [&>fieldset]:justify-start">
      <RowQuestion
        act="It is the agent’s own"
        pending={setUse.pending}
        onAct={() => void run()}
        onClose={close}
      >
        {setUse.pending ? 'Waiting for the gateway…' : whoCouldWrite(view)}
      </RowQuestion>
    </div>
  )
}
