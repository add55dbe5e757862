import { type ReactNode, useState } from 'react'
import type { LogRow } from '../../../shared/contracts/archive-log.ts'
import { callMain, toBridgeError } from '../../bridge.ts'
import { sessionHref } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { EVERYTHING, useLogView } from './log-view-store.ts'
import { readableFields } from './readable-fields.ts'

/** What was logged with a line, and where one goes from it: to the lines around it, to the turn that it is about. */
export const RowDetails = ({ line }: { readonly line: LogRow }): ReactNode => {
  const filtered = useLogView(({ filter }) => JSON.stringify(filter) !== JSON.stringify(EVERYTHING))
  const goTo = useLogView((store) => store.goTo)
  const { opening, problem, openTurn } = useTurnOf(line)
  const { number, time, source, message, fields, event, session } = line
  return (
    <div className="cursor-auto px-3 pt-1 pb-3 font-sans text-m" data-details>
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-0.5">
        <Fact name="Line">{groupDigits(number + 1)} of the whole log</Fact>
        {time === '' ? null : (
          <Fact name="Time">
            <RemoteText text={time} className="mono" />
          </Fact>
        )}
        {source === '' ? null : (
          <Fact name="Source">
            <RemoteText text={source} className="mono" />
          </Fact>
        )}
        <Fact name="Message">
          <RemoteText text={message} shape="block" most={20_000} className="mono" />
        </Fact>
        {fields === '' ? null : (
          <Fact name="Fields">
            <RemoteText text={readableFields(fields)} shape="block" most={40_000} className="mono" />
          </Fact>
        )}
      </dl>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        {filtered ? (
          <Button size="s" onClick={() => void goTo({ by: 'number', number })}>
            Show around
          </Button>
        ) : null}
        {event === '' && session === '' ? null : (
          <Button size="s" off={opening} onClick={() => void openTurn()}>
            Open the turn
          </Button>
        )}
        <output className="text-soft">{problem}</output>
      </div>
    </div>
  )
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <>
    <dt className="text-soft">{name}</dt>
    <dd className="min-w-0">{children}</dd>
  </>
)

const useTurnOf = ({
  event,
  session,
  time,
}: LogRow): {
  readonly opening: boolean
  readonly problem: string
  readonly openTurn: () => Promise<void>
} => {
  const [opening, setOpening] = useState(false)
  const [problem, setProblem] = useState('')
  const openTurn = async (): Promise<void> => {
    setOpening(true)
    setProblem('')
    const at = Date.parse(time)
    try {
      const answer = await callMain('archive.find', { event, session, at: Number.isNaN(at) ? null : at })
      if (!answer.ok) setProblem(answer.error.message)
      else if (answer.value.place === null) setProblem('No transcript has this turn.')
      else window.location.hash = sessionHref(answer.value.place.ref, answer.value.place.turn)
    } catch (thrown) {
      setProblem(toBridgeError(thrown).message)
    } finally {
      setOpening(false)
    }
  }
  return { opening, problem, openTurn }
}
