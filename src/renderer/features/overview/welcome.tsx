import { ExternalLink, FlaskConical, QrCode } from 'lucide-react'
import type { ReactNode } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'

/** The least that connects Telegram, to be written by the owner's own hand. */
const EXAMPLE = `{
  owner: { telegram: "811204553" },
  telegram: { botToken: "123456:ABC…" },
}`

/** A fresh install: the ways to begin. */
export const Welcome = (): ReactNode => {
  const { path, model } = useSlice('config')
  const openConfig = useCommand('config.open')
  return (
    <section aria-label="Begin" className="mt-5 grid grid-cols-2 gap-4 max-md:grid-cols-1">
      <div className="rounded-m border border-line p-4">
        <h2 className="font-semibold">Connect Telegram</h2>
        <ol className="mt-1 list-decimal space-y-0.5 pl-4 text-soft marker:text-faint">
          <li>
            Write to <span className="mono text-fg">@BotFather</span> on Telegram, send{' '}
            <span className="mono text-fg">/newbot</span>, and keep the token it gives you.
          </li>
          <li>
            Write the token into <RemoteText text={path} className="mono text-fg" /> and restart the gateway:
            click its state above.
          </li>
          <li>
            Write to your bot. Your own numeric id then shows under Pairing: put it in as{' '}
            <span className="mono text-fg">owner.telegram</span>, which makes you the owner.
          </li>
        </ol>
        <ScrollBox label="Example of clawdbot.json" className="mt-3">
          {EXAMPLE}
        </ScrollBox>
        <div className="mt-3">
          <Button look="primary" onClick={() => void openConfig.run(undefined)}>
            <ExternalLink aria-hidden className="size-3.5" />
            Open clawdbot.json
          </Button>
        </div>
      </div>
      <div className="flex flex-col gap-4">
        <div className="rounded-m border border-line p-4">
          <h2 className="font-semibold">Link WhatsApp</h2>
          <p className="mt-1 text-soft">
            The agent joins a WhatsApp account as a linked device: you scan a QR code with the phone that has
            the number. A number of its own is best.
          </p>
          <div className="mt-3">
            <LinkButton href={hrefOf('settings')}>
              <QrCode aria-hidden className="size-3.5" />
              Link WhatsApp
            </LinkButton>
          </div>
        </div>
        <div className="rounded-m border border-line p-4">
          <h2 className="font-semibold">Try the simulator</h2>
          <p className="mt-1 text-soft">
            Speak as a stranger, a friend or yourself, against the real gate
            {model.startsWith('offline/')
              ? ', with an offline model: no account, and nothing leaves this computer'
              : ''}
            . Write as a stranger to see a pairing request arrive, then approve it.
          </p>
          <div className="mt-3">
            <LinkButton href={hrefOf('simulator')}>
              <FlaskConical aria-hidden className="size-3.5" />
              Try the simulator
            </LinkButton>
          </div>
        </div>
      </div>
    </section>
  )
}
