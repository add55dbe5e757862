export type Within<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'late' }

/** Waits so many milliseconds and no longer. The work goes on, and nobody hears how it ends. */
export const within = async <T>(ms: number, work: Promise<T>): Promise<Within<T>> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Within<T>>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'late' }), ms)
  })
  try {
    return await Promise.race([work.then((value): Within<T> => ({ kind: 'done', value })), late])
  } finally {
    clearTimeout(timer)
  }
}
