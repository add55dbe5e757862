import { hash } from 'node:crypto'

/** The short one-way name under which the redactor shows a secret: 8 hex digits of its SHA-256. */
export const secretTag = (value: string): string => hash('sha256', value, 'hex').slice(0, 8)
