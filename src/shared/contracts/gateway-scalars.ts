// What several messages of the gateway's boundary are made of.
import { z } from 'zod'
import { PROVIDERS } from '../domain/provider.ts'

export const provider = z.enum(PROVIDERS)
/** Milliseconds since the epoch, up to the last one that is a date: a later one would break whoever shows it. */
export const time = z.number().int().nonnegative().max(8.64e15)
/** Ids are parsed again into SenderId on arrival; here they are only bounded. */
export const id = z.string().min(1).max(200)
/** Of one message. No messenger of ours takes more than 4096 UTF-16 units in one. */
export const text = z.string().max(8 * 1024)
