/** What happened when: milliseconds from the act, in tenths, which is what a screen can use. */
export interface TimeLine {
  readonly elapsed: () => number
  readonly step: (what: string) => void
  readonly steps: () => readonly { readonly at: number; readonly what: string }[]
}

export const createTimeLine = (): TimeLine => {
  const begin = performance.now()
  const elapsed = (): number => performance.now() - begin
  const steps: { at: number; what: string }[] = []
  return {
    elapsed,
    step: (what) => void steps.push({ at: rounded(elapsed()), what }),
    steps: () => [...steps],
  }
}

export const rounded = <T extends number | null>(ms: T): number | T =>
  ms === null ? ms : Math.round(ms * 10) / 10
