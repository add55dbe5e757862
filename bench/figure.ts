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

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
