import { z } from 'zod'
import { parseJson } from '../support/loopback.ts'

// Telegram reads every parameter from text as well: numbers, flags and JSON may come from a query string or a form.

export const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,16}$/)
    .transform(Number),
])

export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), schema)

/** A chat id; a `@name` is read too, and no chat here has one. */
export const chatId = z.union([integer, z.string().regex(/^@\w+$/)])
