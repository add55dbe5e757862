/** One measured figure. `goal` is what we hold ourselves to, as words. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal: string
}

export interface Benchmark {
  readonly name: string
  readonly run: () => Promise<readonly Figure[]>
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no values to take the median of')
  return middle
}

/** The value that `share` (0 to 1) of all values do not exceed: the smallest of which that is true. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (value === undefined) throw new Error('no values to take a percentile of')
  return value
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
