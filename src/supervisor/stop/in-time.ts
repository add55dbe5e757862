import { type ErrorView, toErrorView } from '../../shared/domain/error.ts'

export type InTime<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not'; readonly error: ErrorView }

/** Waits so many milliseconds and no longer; the work goes on, and nobody hears how it ends. Never throws. */
export const inTime = async <T>(work: Promise<T>, ms: number, late: ErrorView): Promise<InTime<T>> => {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<InTime<T>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'not', error: late }), ms)
  })
  const done = work.then(
    (value): InTime<T> => ({ kind: 'done', value }),
    (error: unknown): InTime<T> => ({ kind: 'not', error: toErrorView(error) }),
  )
  try {
    return await Promise.race([done, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
