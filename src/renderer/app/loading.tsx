import { LoaderCircle, Unplug } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useApp } from '../store/app-store.ts'
import { fetchState } from '../store/connect-feed.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ScreenHead } from '../ui/screen-frame.tsx'
import { RemoteText } from '../ui/text/remote-text.tsx'

/** An answer that takes longer than this is worth a word. Milliseconds. */
const SLOW_MS = 4000

/** Before there is any state: waiting for it, or unable to get it. */
export const NoState = ({ title }: { readonly title: string }): ReactNode => {
  const { status, error } = useApp((store) => store.feed)
  return (
    <>
      <ScreenHead title={title} />
      <div className="mt-4">
        {status === 'lost' ? (
          <div role="alert">
            <EmptyState
              icon={<Unplug />}
              title="The app does not answer"
              action={<Button onClick={() => void fetchState()}>Try again</Button>}
            >
              <RemoteText text={error?.message ?? ''} />. <RemoteText text={error?.hint ?? ''} /> STOP can be
              tried.
            </EmptyState>
          </div>
        ) : (
          <Waiting />
        )}
      </div>
    </>
  )
}

const Waiting = (): ReactNode => {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <output className="flex items-center gap-2 text-soft">
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
      {slow ? 'Still loading. The app has not answered yet; STOP can be tried.' : 'Loading…'}
    </output>
  )
}
