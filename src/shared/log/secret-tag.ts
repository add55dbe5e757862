import { createHash } from 'node:crypto'

/** The short one-way name under which the redactor shows a secret: 8 hex digits of its SHA-256. */
export const secretTag = (value: string): string =>
  createHash('sha256').update(value).digest('hex').slice(0, 8)
