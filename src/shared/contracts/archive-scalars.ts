// What the shapes of the archive's answers share.
import { z } from 'zod'

/** Rows of one page, of any kind. */
export const MAX_PAGE = 500
/** UTF-16 units of a query as typed. */
export const MAX_QUERY = 1_000

export const count = z.number().int().nonnegative()
/** Milliseconds since the epoch; null where the line has none that can be read. */
export const time = z.number().nullable()
