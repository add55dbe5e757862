import { type ReactNode, useEffect, useState } from 'react'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import { type BridgeError, toBridgeError } from '../../../bridge.ts'
import { Button } from '../../../ui/button.tsx'
import { ErrorText } from '../../../ui/error-text.tsx'
import { Notice } from '../../../ui/notice.tsx'

interface Question<T> {
  /** Has to stay the same between drawings. */
  readonly ask: () => Promise<T>
  /** What is asked for, as in “Reading the log…”. */
  readonly what: string
  readonly children: (value: T) => ReactNode
}

type Answer<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'there'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: BridgeError }

/** Asks main once when first drawn; shows that it is on its way, then what came, or why it can not be had. */
export const Asked = <T,>(question: Question<T>): ReactNode => {
  const [round, setRound] = useState(0)
  return <Once key={round} {...question} onAgain={() => setRound(round + 1)} />
}

const Once = <T,>({
  ask,
  what,
  children,
  onAgain,
}: Question<T> & { readonly onAgain: () => void }): ReactNode => {
  const [answer, setAnswer] = useState<Answer<T>>({ kind: 'waiting' })
  useEffect(() => {
    let wanted = true
    const take = (got: Answer<T>): void => {
      if (wanted) setAnswer(got)
    }
    ask().then(
      (value) => take({ kind: 'there', value }),
      (thrown: unknown) => take({ kind: 'failed', error: toBridgeError(thrown) }),
    )
    return () => {
      wanted = false
    }
  }, [ask])
  switch (answer.kind) {
    case 'waiting':
      return <output className="block text-soft">Reading {what}…</output>
    case 'failed':
      return (
        <Notice
          urgent
          tone="bad"
          title={`Reading ${what} failed`}
          action={<Button onClick={onAgain}>Try again</Button>}
        >
          <ErrorText error={answer.error} />
        </Notice>
      )
    case 'there':
      return children(answer.value)
    default:
      return assertNever(answer)
  }
}
