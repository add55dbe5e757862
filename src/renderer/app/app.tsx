import { type ReactNode, useEffect, useRef } from 'react'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { LogsScreen } from '../features/logs/logs-screen.tsx'
import { OverviewScreen } from '../features/overview/overview-screen.tsx'
import { PairingScreen } from '../features/pairing/pairing-screen.tsx'
import { PeopleScreen } from '../features/people/people-screen.tsx'
import { InspectDialog } from '../features/sandboxes/inspect-dialog.tsx'
import { SandboxesScreen } from '../features/sandboxes/sandboxes-screen.tsx'
import { BundleDialog } from '../features/security/bundle-dialog.tsx'
import { SecurityScreen } from '../features/security/security-screen.tsx'
import { SessionsScreen } from '../features/sessions/sessions-screen.tsx'
import { SettingsScreen } from '../features/settings/settings-screen.tsx'
import { SimulatorScreen } from '../features/simulator/simulator-screen.tsx'
import { useApp, useIsLocked } from '../store/app-store.ts'
import { type Place, parsePlace, SCREEN_LABEL, useAddress } from '../store/screen.ts'
import { Toasts } from '../ui/toasts.tsx'
import { ApprovalBar } from './approvals/approval-bar.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { FeedBanner, GatewayBanner } from './gateway/state-banners.tsx'
import { Header } from './header.tsx'
import { NoState } from './loading.tsx'
import { LockBanner } from './lockdown/lock-banner.tsx'
import { ResumeDialog } from './lockdown/resume-dialog.tsx'
import { Nav } from './nav.tsx'
import { Palette } from './palette.tsx'
import { ShortcutSheet } from './shortcut-sheet.tsx'
import { useScrolls } from './use-scrolls.ts'

/** The frame, and in it the screen that the address names. */
export const App = (): ReactNode => {
  const address = useAddress()
  const place = parsePlace(address)
  const ready = useApp(({ feed }) => feed.state !== null)
  const locked = useIsLocked()
  const main = useFocusOnJump(place.screen)
  const scrolls = useScrolls(main)
  return (
    <div
      className={`grid h-full grid-cols-[212px_minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] max-sm:grid-cols-1 max-sm:grid-rows-[auto_auto_minmax(0,1fr)] ${
        locked ? 'locked-frame' : ''
      }`}
    >
      <Nav screen={place.screen} />
      <div className="min-w-0">
        <Header />
        <ApprovalBar />
      </div>
      <main
        ref={main}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus: a screen may have nothing else that does
        tabIndex={scrolls ? 0 : -1}
        aria-label={SCREEN_LABEL[place.screen]}
        // Two panes go to the edge, and each scrolls by itself; all of it only where the window is very low.
        className={`relative flex flex-col ${
          place.screen === 'sessions'
            ? 'overflow-x-hidden overflow-y-auto'
            : 'overflow-auto px-6 py-5 max-sm:px-4'
        }`}
      >
        {/* Within these two a place is moved to, not drawn anew. */}
        <ErrorBoundary key={place.screen === 'sessions' || place.screen === 'logs' ? place.screen : address}>
          {ready ? (
            <>
              <div className={`empty:hidden ${place.screen === 'sessions' ? 'px-6 pt-4 max-sm:px-4' : ''}`}>
                {/* Security has the large one, with the figures. */}
                {place.screen === 'security' ? null : <LockBanner />}
                <FeedBanner />
                <GatewayBanner />
              </div>
              <ScreenOf place={place} />
            </>
          ) : (
            <NoState title={SCREEN_LABEL[place.screen]} />
          )}
        </ErrorBoundary>
      </main>
      <Palette />
      <ResumeDialog />
      <BundleDialog />
      <InspectDialog />
      <ShortcutSheet />
      <Toasts />
    </div>
  )
}

const ScreenOf = ({ place }: { readonly place: Place }): ReactNode => {
  switch (place.screen) {
    case 'overview':
      return <OverviewScreen />
    case 'pairing':
      return <PairingScreen wanted={place.person} />
    case 'people':
      return <PeopleScreen />
    case 'sessions':
      return <SessionsScreen wanted={place.session} />
    case 'sandboxes':
      return <SandboxesScreen />
    case 'logs':
      return <LogsScreen />
    case 'security':
      return <SecurityScreen />
    case 'settings':
      return <SettingsScreen />
    case 'simulator':
      return <SimulatorScreen wanted={place.person} />
    default:
      return assertNever(place.screen)
  }
}

/** A jump by key or command moves the focus into the new screen; the first screen leaves it alone. */
const useFocusOnJump = (screen: Place['screen']): React.RefObject<HTMLElement | null> => {
  const main = useRef<HTMLElement>(null)
  const shown = useRef(screen)
  useEffect(() => {
    if (shown.current === screen) return
    shown.current = screen
    main.current?.scrollTo({ top: 0 })
    if (document.activeElement === document.body || document.activeElement === null) main.current?.focus()
  }, [screen])
  return main
}
