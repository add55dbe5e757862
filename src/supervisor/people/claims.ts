import { visibleLine } from '../../shared/domain/visible-text.ts'

const MAX_NAME = 80

type Claims = Readonly<Record<string, string>>

const line = (text: string): string => visibleLine(text).trim().slice(0, MAX_NAME)

/** What somebody calls themselves, as one visible line; empty when they said nothing (keys: peers 1.2). */
export const claimedName = (claims: Claims): string =>
  line(claims['name'] ?? [claims['firstName'], claims['lastName']].filter(Boolean).join(' '))

export const claimedUsername = (claims: Claims): string => line(claims['username'] ?? claims['tag'] ?? '')
