import { type ErrorView, toErrorView } from '../shared/domain/error.ts'
import { within } from './within.ts'

export type InTime<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not'; readonly error: ErrorView }

/** Waits so many milliseconds and no longer; the work goes on, and nobody hears how it ends. Never throws. */
export const inTime = async <T>(work: Promise<T>, ms: number, late: ErrorView): Promise<InTime<T>> => {
  try {
    const waited = await within(ms, work)
    return waited.kind === 'done' ? waited : { kind: 'not', error: late }
  } catch (error) {
    return { kind: 'not', error: toErrorView(error) }
  }
}
