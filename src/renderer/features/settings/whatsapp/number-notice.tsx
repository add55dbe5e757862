import type { ReactNode } from 'react'
import type { ProviderView } from '../../../../shared/contracts/app-state.ts'
import { useIsLive, useSlice } from '../../../store/app-store.ts'
import { Button } from '../../../ui/button.tsx'
import { copyText } from '../../../ui/copy-text.ts'
import { Notice } from '../../../ui/notice.tsx'
import { RowQuestion, useRowAsking } from '../../../ui/row-question.tsx'
import { ScrollBox } from '../../../ui/scroll-box.tsx'
import { sentence } from '../../../ui/text/words.ts'
import { showDone } from '../../../ui/toasts.tsx'
import { useCommand } from '../../../ui/use-command.tsx'
import { describeNumber, namesOwner, ownerLine, whoCouldWrite } from './describe-number.ts'

/** What follows from whose number is linked, with what to do about it; nothing where nothing does. */
export const NumberNotice = ({ view }: { readonly view: ProviderView }): ReactNode => {
  const people = useSlice('people')
  const openConfig = useCommand('config.open')
  const words = describeNumber(view, namesOwner(view, people) ? 'named' : 'not-named')
  if (words === null) return null
  const { tone, title, meaning, offers } = words
  return (
    <div className="mt-3">
      <Notice
        tone={tone}
        title={title}
        action={
          offers.includes('open-config') ? (
            <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
          ) : null
        }
      >
        <p className="max-w-[90ch]">{meaning}</p>
        {offers.includes('name-owner') ? (
          <OwnerLine asks={view.link?.use === 'unknown' ? 'whether' : 'how'} {...ownerLine(view, people)} />
        ) : null}
        {offers.includes('set-separate') ? <SetSeparate view={view} /> : null}
      </Notice>
    </div>
  )
}

/** What makes the number the owner's, to be put into the config by their own hand. */
const OwnerLine = ({
  asks,
  where,
  line,
}: {
  /** `whether`: it may be the agent's number as well. */
  readonly asks: 'whether' | 'how'
  readonly where: string
  readonly line: string
}): ReactNode => {
  const openConfig = useCommand('config.open')
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2">
      <span className="w-full">
        {asks === 'whether' ? `If it is yours, ${where}` : sentence(where)} in clawdbot.json, and save it:
      </span>
      <ScrollBox label="Line for clawdbot.json" className="py-1">
        {line}
      </ScrollBox>
      <Button
        aria-label="Copy the line"
        onClick={() => {
          if (copyText(line)) showDone('Copied the line for clawdbot.json.')
        }}
      >
        Copy
      </Button>
      <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
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
        <Button ref={asker} off={!live} onClick={ask}>
          It is the agent’s own number…
        </Button>
      </div>
    )
  }
  return (
    <div className="mt-2 [&>fieldset]:justify-start [&>fieldset>span]:w-full">
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
