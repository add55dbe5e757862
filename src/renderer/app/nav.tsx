import {
  Activity,
  Box,
  FlaskConical,
  type LucideIcon,
  MessageSquareText,
  ScrollText,
  ShieldCheck,
  SlidersHorizontal,
  UserPlus,
  Users,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { drifted } from '../features/sandboxes/describe-sandboxes.ts'
import { useApp } from '../store/app-store.ts'
import { hrefOf, JUMP_KEY, SCREEN_LABEL, SCREENS, type Screen } from '../store/screen.ts'
import { Kbd } from '../ui/kbd.tsx'
import { modifierKey } from '../ui/text/words.ts'
import { AuditHead } from './audit-head.tsx'
import { Brand } from './brand.tsx'

const ICONS: Readonly<Record<Screen, LucideIcon>> = {
  overview: Activity,
  pairing: UserPlus,
  people: Users,
  sessions: MessageSquareText,
  sandboxes: Box,
  logs: ScrollText,
  security: ShieldCheck,
  settings: SlidersHorizontal,
  simulator: FlaskConical,
}

/** Left of everything; on a narrow window a bar on top. */
export const Nav = ({ screen }: { readonly screen: Screen }): ReactNode => {
  const show = useApp((store) => store.show)
  return (
    <nav
      aria-label="Screens"
      className="flex flex-col gap-px border-r border-line bg-side px-2 py-3 max-sm:flex-row max-sm:flex-wrap max-sm:border-r-0 max-sm:border-b max-sm:py-1.5 sm:row-span-2"
    >
      <Brand />
      {SCREENS.map((name) => {
        const Icon = ICONS[name]
        return (
          <a
            key={name}
            href={hrefOf(name)}
            aria-current={name === screen ? 'page' : undefined}
            aria-keyshortcuts={`g ${JUMP_KEY[name]}`}
            className="flex h-[30px] items-center gap-2.5 rounded-s px-2 text-soft hover:bg-raised hover:text-fg aria-[current]:bg-raised aria-[current]:font-medium aria-[current]:text-fg"
          >
            <Icon aria-hidden className="size-4 stroke-[1.7]" />
            {SCREEN_LABEL[name]}
            {name === 'pairing' ? <Waiting /> : null}
            {name === 'sandboxes' ? <Boxes /> : null}
          </a>
        )
      })}
      <div className="mt-auto flex flex-col items-start gap-1 pt-2 text-xs text-faint max-sm:mt-0 max-sm:ml-auto max-sm:flex-row max-sm:items-center max-sm:pt-0">
        <AuditHead />
        <button
          type="button"
          onClick={() => show('palette')}
          aria-keyshortcuts="Control+K Meta+K"
          className="flex h-6 items-center gap-1.5 rounded-s px-2 hover:bg-raised hover:text-fg"
        >
          <span className="max-sm:sr-only">Commands</span> <Kbd>{modifierKey(navigator.platform)} K</Kbd>
        </button>
        <button
          type="button"
          onClick={() => show('sheet')}
          aria-keyshortcuts="?"
          className="flex h-6 items-center gap-1.5 rounded-s px-2 hover:bg-raised hover:text-fg"
        >
          <span className="max-sm:sr-only">Shortcuts</span> <Kbd>?</Kbd>
        </button>
      </div>
    </nav>
  )
}

/** How many people wait for a decision. */
const Waiting = (): ReactNode => {
  const waiting = useApp(({ feed }) => feed.state?.requests.length ?? 0)
  if (waiting === 0) return null
  return (
    <Count look="accent">
      {waiting}
      <span className="sr-only"> waiting</span>
    </Count>
  )
}

/** How many boxes there are; where one is not as configured, how many are not. */
const Boxes = (): ReactNode => {
  const boxes = useApp(({ feed }) => feed.state?.sandboxes.containers)
  if (boxes === undefined || boxes.length === 0) return null
  const wrong = drifted(boxes)
  return wrong === 0 ? (
    <Count look="plain">
      {boxes.length}
      <span className="sr-only"> there</span>
    </Count>
  ) : (
    <Count look="bad">
      {wrong} of {boxes.length}
      <span className="sr-only"> not as configured</span>
    </Count>
  )
}

const COUNTS = {
  plain: 'text-faint',
  accent: 'bg-accent-bg text-accent',
  bad: 'bg-bad-bg text-bad',
} as const

const Count = ({
  look,
  children,
}: {
  readonly look: keyof typeof COUNTS
  readonly children: ReactNode
}): ReactNode => (
  <span className={`ml-auto rounded-full px-[7px] py-px text-xs font-medium ${COUNTS[look]}`}>
    {children}
  </span>
)
