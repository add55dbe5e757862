import { SquareTerminal } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import type { ApprovalAnswer } from '../../../shared/contracts/bridge.ts'
import type { ApprovalView } from '../../../shared/contracts/hands-views.ts'
import { useRegionKeys, useScreenKeys } from '../../keys/use-keys.ts'
import { useApp, useIsLive } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { useSettled } from '../../ui/settled/use-settled.ts'
import { TimeLeft } from '../../ui/time-left.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { AskedCommand, WhoAsks } from './asked-command.tsx'
import { useRead } from './use-read.ts'

const KEYS: Readonly<Record<string, ApprovalAnswer>> = { a: 'once', s: 'session', d: 'deny' }

const CARD = 'waiting-command'

/** Moves the focus to the command that waits, where its keys count. */
export const focusApproval = (): void => document.getElementById(CARD)?.focus()

/**
 * One command that wants to run on this machine: exactly what would run, who asked, and the three answers.
 * It takes neither the focus nor Enter, and no answer for half a second after it came or moved.
 */
export const ApprovalCard = ({
  approval,
  waiting,
}: {
  readonly approval: ApprovalView
  readonly waiting: number
}): ReactNode => {
  const card = useRef<HTMLElement>(null)
  const text = useRef<HTMLElement>(null)
  const { settled, mayAct } = useSettled(card)
  const read = useRead(text, approval.sha256)
  const live = useIsLive()
  const workspace = useApp(({ feed }) => feed.state?.hands.host.workspace ?? '')
  const covered = useApp((store) => store.overlay !== null)
  const answer = useCommand('approval.answer', 'quiet')
  const [enterTried, setEnterTried] = useState<number | null>(null)

  const { id, sha256 } = approval
  // What a dialog may hide a part of is not approved below it.
  const shown = read && !covered
  const act = (given: ApprovalAnswer): void => {
    if (!live || !mayAct() || (given !== 'deny' && !shown)) return
    void answer.run({ id, sha256, answer: given })
  }

  useRegionKeys(card, (key) => {
    if (key === 'F6') {
      document.querySelector('main')?.focus()
      return true
    }
    if (key === 'End') {
      text.current?.scrollTo({ top: text.current.scrollHeight })
      return true
    }
    const given = KEYS[key]
    if (given === undefined) return false
    act(given)
    return true
  })
  useScreenKeys((key) => {
    if (key !== 'F6') return false
    focusApproval()
    return true
  })

  const refuseEnter = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    setEnterTried(id)
  }
  const off = !settled || !live || answer.pending
  return (
    <section
      ref={card}
      id={CARD}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it stands in the page and takes nothing from it
      role="dialog"
      aria-modal="false"
      aria-labelledby={`${CARD}-title`}
      aria-describedby={`${CARD}-command`}
      tabIndex={-1}
      data-keys
      data-place={sha256}
      // Beside STOP above the dimming of a dialog, and below what drops down from the header when there is none.
      className={`group forced-line relative flex max-h-[62vh] flex-col border-b border-bad/60 bg-raised shadow-[inset_0_2px_0_var(--bad)] focus-visible:outline-offset-[-3px] ${
        covered ? 'z-[45]' : ''
      }`}
    >
      {/* At 200 % zoom this scrolls and the answers stay. */}
      <div className="min-h-0 overflow-auto px-5 pt-3 pb-2.5">
        <div className="flex flex-wrap items-start gap-x-4 gap-y-1">
          <div role="alert" className="flex min-w-60 flex-1 items-center gap-2.5">
            <SquareTerminal aria-hidden className="size-[18px] shrink-0 text-bad" />
            <h2 id={`${CARD}-title`} className="text-l font-semibold">
              A command wants to run on this machine
            </h2>
            {waiting > 1 ? (
              <span className="rounded-full border border-line-strong px-2 text-s whitespace-nowrap">
                1 of {waiting}
              </span>
            ) : null}
          </div>
          <TimeLeft from={approval.askedAt} until={approval.expiresAt} />
        </div>
        <AskedCommand ref={text} id={`${CARD}-command`} approval={approval} read={read} />
        <WhoAsks approval={approval} workspace={workspace} />
      </div>
      <div
        data-place={`${id} answers`}
        className="flex flex-wrap items-center gap-2 border-t border-line px-5 py-2.5"
      >
        <Button
          className="bg-bg"
          off={off || !shown}
          aria-keyshortcuts="a"
          onKeyDown={refuseEnter}
          onClick={() => act('once')}
        >
          Approve once <Hint>A</Hint>
        </Button>
        <Button
          className="bg-bg"
          off={off || !shown}
          aria-keyshortcuts="s"
          title="The same text in the same session is not asked about again"
          onKeyDown={refuseEnter}
          onClick={() => act('session')}
        >
          Approve for this session <Hint>S</Hint>
        </Button>
        <Button className="bg-bg" off={off} aria-keyshortcuts="d" onClick={() => act('deny')}>
          Deny <Hint>D</Hint>
        </Button>
        <output className={`text-s ${enterTried === id ? 'text-warn' : 'text-soft'}`}>
          {hintOf({ enterTried: enterTried === id, covered, read })}
        </output>
        <span className="ml-auto flex items-center gap-1.5 text-s text-soft group-focus-within:invisible max-sm:hidden">
          <Kbd>F6</Kbd> for its keys
        </span>
      </div>
    </section>
  )
}

const hintOf = (now: {
  readonly enterTried: boolean
  readonly covered: boolean
  readonly read: boolean
}): string => {
  if (now.covered) return 'Close what lies on top to approve.'
  if (!now.read) return 'Read to the end to approve.'
  return now.enterTried ? 'Enter never approves. Press A here, or Space on the button.' : 'No answer is a no.'
}

/** A key that counts only while the focus is in the card. It keeps its room: a press of the mouse brings the focus. */
const Hint = ({ children }: { readonly children: string }): ReactNode => (
  <span className="invisible group-focus-within:visible">
    <Kbd>{children}</Kbd>
  </span>
)
