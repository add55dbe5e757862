// What all parts of a shown transcript need: which file, what was searched for, which parts were unfolded.
import { createContext, useContext, useState } from 'react'

export interface Reading {
  readonly sessionRef: string
  readonly highlight: readonly string[]
  /** The turn that was opened for what was searched for; null where none was. */
  readonly hitTurn: number | null
  /** The name of somebody by `provider:id`, where one is known. Remote text. */
  readonly names: ReadonlyMap<string, string>
  /** What was folded or unfolded by hand; it outlives its row, which is drawn only while it is in sight. */
  readonly folds: Map<string, number>
  readonly readFull: (turn: number) => void
  readonly showRaw: (turn: number) => void
}

const ReadingContext = createContext<Reading | null>(null)
export const ReadingProvider = ReadingContext.Provider

export const useReading = (): Reading => {
  const reading = useContext(ReadingContext)
  if (reading === null) throw new Error('a turn was drawn outside a transcript')
  return reading
}

/** How far a part is unfolded, from 0; `part` names it within its transcript. */
export const useFold = (
  part: string,
  first: number,
): readonly [step: number, unfold: (step: number) => void] => {
  const { folds } = useReading()
  const [step, setStep] = useState(() => folds.get(part) ?? first)
  return [
    step,
    (next) => {
      folds.set(part, next)
      setStep(next)
    },
  ]
}
