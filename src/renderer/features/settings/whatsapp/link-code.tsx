import { LoaderCircle } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { LinkView } from '../../../../shared/contracts/app-state.ts'
import { QrCode } from '../../../ui/qr-code.tsx'
import { useClock } from '../../../ui/text/clock.ts'
import { TimeLeft } from '../../../ui/time-left.tsx'

type Code = NonNullable<LinkView['code']>

/** The code for the phone, as long as it counts, and where on the phone it is scanned. */
export const LinkCode = ({ code, self }: Pick<LinkView, 'code' | 'self'>): ReactNode => (
  <div className="mt-3 flex flex-wrap items-start gap-x-8 gap-y-4">
    {code !== null ? (
      <ShownCode key={code.text} code={code} />
    ) : (
      <NoCode>{self === null ? 'Asking WhatsApp for a code…' : 'The phone links it now…'}</NoCode>
    )}
    {code !== null || self === null ? (
      <Steps />
    ) : (
      <p className="max-w-[52ch] flex-1">
        Keep WhatsApp open on the phone until it says that the device is there.
      </p>
    )}
  </div>
)

const Steps = (): ReactNode => (
  <div className="min-w-60 max-w-[52ch] flex-1">
    <ol className="list-decimal space-y-2 pl-4 marker:text-faint">
      <li>On the phone that has the number, open WhatsApp.</li>
      <li>
        Open <b>Linked devices</b>: on Android in the menu <span className="mono">⋮</span> at the top right,
        on an iPhone under Settings.
      </li>
      <li>
        Tap <b>Link a device</b> and hold the phone’s camera to the code.
      </li>
    </ol>
    <p className="mt-3 text-s text-soft">
      Let nobody else scan it: whoever does links their own account to the agent. A new code takes its place
      by itself when the time is over.
    </p>
  </div>
)

const ShownCode = ({ code: { text, until } }: { readonly code: Code }): ReactNode => {
  // Since when it is shown; nobody says when it was made.
  const [from] = useState(() => Date.now())
  const over = useClock((now) => now >= until)
  if (over) return <NoCode>Waiting for the next code…</NoCode>
  return (
    <TimeLeft from={from} until={until}>
      <QrCode text={text} label="QR code that links WhatsApp, for the camera of your phone" />
    </TimeLeft>
  )
}

/** Keeps the place of the code. */
const NoCode = ({ children }: { readonly children: string }): ReactNode => (
  <div className="flex size-[264px] shrink-0 flex-col items-center justify-center gap-2 rounded-m border border-dashed border-line-strong px-6 text-center text-soft">
    <LoaderCircle aria-hidden className="size-5 animate-spin" />
    {children}
  </div>
)
