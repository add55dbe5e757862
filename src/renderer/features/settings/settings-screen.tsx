import { MessageCircleOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ProviderView } from '../../../shared/contracts/app-state.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { describeProvider, isClosed, isInUse } from '../../app/gateway/describe-gateway.ts'
import { useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { ScreenHead, Section } from '../../ui/screen-frame.tsx'
import { StoreProblems } from '../../ui/store-problems.tsx'
import { Tag } from '../../ui/tag.tsx'
import { sentence } from '../../ui/text/words.ts'
import { useCommand } from '../../ui/use-command.tsx'
import { describePolicy } from '../pairing/stranger-policy.tsx'
import { describeTelegram } from './describe-telegram.ts'
import { CardFact, CardFacts, MessengerCard } from './messenger-card.tsx'
import { WhatsAppCard } from './whatsapp/whatsapp-card.tsx'

/** How the agent is reached: each messenger, how it stands, and what sets it up. */
export const SettingsScreen = (): ReactNode => {
  const providers = useSlice('providers')
  const openConfig = useCommand('config.open')
  const open = <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
  return (
    <>
      <ScreenHead title="Settings" aside={open}>
        How the agent is reached. Everything else is set in clawdbot.json.
      </ScreenHead>
      <StoreProblems about="Nobody is heard there until it can be." />
      <Section title="Messengers">
        {providers.length === 0 ? (
          <EmptyState icon={<MessageCircleOff />} title="No messenger is known">
            The config could not be read yet. Once it is, each messenger shows here.
          </EmptyState>
        ) : (
          <div className="flex flex-col gap-3">
            {providers.map((view) => (
              <CardOf key={view.provider} view={view} />
            ))}
          </div>
        )}
      </Section>
    </>
  )
}

const CardOf = ({ view }: { readonly view: ProviderView }): ReactNode => {
  if (view.link !== null) return <WhatsAppCard view={view} link={view.link} />
  return view.provider === 'simulator' ? <SimulatorCard view={view} /> : <PlainCard view={view} />
}

/** One that is set up by a line of the config. */
const PlainCard = ({ view }: { readonly view: ProviderView }): ReactNode => {
  const gateway = useSlice('gateway')
  const closed = isClosed(view, useSlice('problems'))
  const words = describeTelegram(view, gateway, closed ? 'unreadable' : 'read')
  const { word, tone } = describePolicy(view)
  return (
    <MessengerCard name={PROVIDER_LABEL[view.provider]} {...words}>
      {isInUse(view.state) && !closed ? (
        <CardFacts>
          <CardFact name="Strangers">
            <Tag tone={tone}>{word}</Tag>
          </CardFact>
        </CardFacts>
      ) : null}
    </MessengerCard>
  )
}

const SimulatorCard = ({ view: { provider, state, detail } }: { readonly view: ProviderView }): ReactNode => {
  const { kind, word } = describeProvider(state)
  return (
    <MessengerCard
      name={PROVIDER_LABEL[provider]}
      kind={kind}
      title={sentence(word || 'ready')}
      meaning="People that you make up, who write from this window only, against the real gate. It needs no account."
      detail={detail}
      action={<LinkButton href={hrefOf('simulator')}>Open the simulator</LinkButton>}
    />
  )
}
