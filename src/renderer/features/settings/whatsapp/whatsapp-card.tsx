import type { ReactNode } from 'react'
import type { LinkView, NumberUse, ProviderView } from '../../../../shared/contracts/app-state.ts'
import { PROVIDER_LABEL } from '../../../../shared/domain/provider.ts'
import { isClosed } from '../../../app/gateway/describe-gateway.ts'
import { useIsLive, useIsLocked, useSlice } from '../../../store/app-store.ts'
import { Button } from '../../../ui/button.tsx'
import { RowQuestion, useRowAsking } from '../../../ui/row-question.tsx'
import { Tag } from '../../../ui/tag.tsx'
import { IdWithAccount } from '../../../ui/text/id-with-account.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { useCommand } from '../../../ui/use-command.tsx'
import { describePolicy } from '../../pairing/stranger-policy.tsx'
import { CardFact, CardFacts, MessengerCard } from '../messenger-card.tsx'
import { USE_WORDS } from './describe-number.ts'
import { describeWhatsApp, type LinkOffer } from './describe-whatsapp.ts'
import { LinkChoice } from './link-choice.tsx'
import { LinkCode } from './link-code.tsx'
import { NumberNotice } from './number-notice.tsx'

/** A messenger that is linked to a phone: from the first question to the code, the account, and the way out. */
export const WhatsAppCard = ({
  view,
  link,
}: {
  readonly view: ProviderView
  readonly link: LinkView
}): ReactNode => {
  const gateway = useSlice('gateway')
  const locked = useIsLocked()
  const live = useIsLive()
  const begin = useCommand('messenger.link', 'quiet')
  const closed = isClosed(view, useSlice('problems'))
  const phase = locked ? 'locked' : gateway.phase
  const { offers, ...words } = describeWhatsApp(view, { phase }, closed ? 'unreadable' : 'read')
  const isLinking = view.state === 'linking' && words.kind === 'busy'
  return (
    <MessengerCard
      name={PROVIDER_LABEL[view.provider]}
      {...words}
      action={<LinkActs view={view} offers={offers} />}
    >
      {offers.includes('link') ? (
        <LinkChoice
          said={link.use}
          off={!live || begin.pending}
          onLink={(use) => void begin.run({ provider: view.provider, use })}
        />
      ) : null}
      {isLinking ? <LinkCode code={link.code} self={link.self} /> : null}
      {link.self === null || isLinking ? null : (
        <CardFacts>
          <Account self={link.self} />
          {/* By what could not be read, nobody knows how the rest stands. */}
          {closed ? null : <Use view={view} use={link.use} />}
        </CardFacts>
      )}
      {link.self === null || isLinking || closed ? null : <NumberNotice view={view} />}
    </MessengerCard>
  )
}

const LinkActs = ({
  view: { provider, state },
  offers,
}: {
  readonly view: ProviderView
  readonly offers: readonly LinkOffer[]
}): ReactNode => {
  const live = useIsLive()
  const { isAsking, asker, ask, close } = useRowAsking()
  const cancel = useCommand('messenger.cancelLink', 'quiet')
  const reconnect = useCommand('messenger.reconnect', 'quiet')
  const openConfig = useCommand('config.open')
  const unlinks = offers.includes('unlink') || offers.includes('start-over')
  if (isAsking && unlinks) {
    const login = offers.includes('unlink') ? 'known' : 'not-known'
    return <ConfirmUnlink provider={provider} login={login} onClose={close} />
  }
  return (
    <>
      {offers.includes('open-config') ? (
        <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
      ) : null}
      {offers.includes('reconnect') ? (
        <Button
          look="primary"
          off={!live || reconnect.pending}
          onClick={() => void reconnect.run({ provider })}
        >
          {state === 'conflict' ? 'Reconnect' : 'Try again'}
        </Button>
      ) : null}
      {offers.includes('cancel') ? (
        <Button off={!live || cancel.pending} onClick={() => void cancel.run({ provider })}>
          Cancel
        </Button>
      ) : null}
      {unlinks ? (
        <Button ref={asker} off={!live} onClick={ask}>
          {offers.includes('unlink') ? 'Unlink' : 'Unlink and start over'}
        </Button>
      ) : null}
    </>
  )
}

const AFTER_UNLINKING = {
  known: 'The agent leaves the account, and its login is deleted here.',
  'not-known': 'Whatever is left of a login here is deleted. Then you can link again.',
} as const

const ConfirmUnlink = ({
  provider,
  login,
  onClose,
}: {
  readonly provider: ProviderView['provider']
  /** Whether there is one that WhatsApp can be told about. */
  readonly login: 'known' | 'not-known'
  readonly onClose: () => void
}): ReactNode => {
  const unlink = useCommand('messenger.unlink')
  const run = async (): Promise<void> => {
    if (await unlink.run({ provider })) onClose()
  }
  return (
    <RowQuestion act="Unlink now" pending={unlink.pending} onAct={() => void run()} onClose={onClose}>
      {unlink.pending ? 'Waiting for WhatsApp…' : AFTER_UNLINKING[login]}
    </RowQuestion>
  )
}

/** The account that is linked. Its name is what the account calls itself. */
const Account = ({
  self: { number, account, name },
}: {
  readonly self: NonNullable<LinkView['self']>
}): ReactNode => (
  <>
    <CardFact name="Number">
      <IdWithAccount id={number} account={account} />
    </CardFact>
    {name === '' ? null : (
      <CardFact name="Calls itself">
        <RemoteText text={name} /> <Tag>unverified</Tag>
      </CardFact>
    )}
  </>
)

/** Whose number it is, and what that means for those who write to it. */
const Use = ({ view, use }: { readonly view: ProviderView; readonly use: NumberUse }): ReactNode => {
  const { word, tone } = describePolicy(view)
  return (
    <>
      <CardFact name="Whose number">
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {USE_WORDS[use]}
          {use === 'separate' ? <ItIsMine provider={view.provider} /> : null}
        </span>
      </CardFact>
      <CardFact name="Strangers">
        <Tag tone={tone}>{word}</Tag>
      </CardFact>
    </>
  )
}

/** Takes a right away and gives none: it needs no question. */
const ItIsMine = ({ provider }: { readonly provider: ProviderView['provider'] }): ReactNode => {
  const setUse = useCommand('messenger.setUse')
  const live = useIsLive()
  return (
    <Button size="s" off={!live || setUse.pending} onClick={() => void setUse.run({ provider, use: 'own' })}>
      {setUse.pending ? 'Waiting for the gateway…' : 'It is my own number'}
    </Button>
  )
}
