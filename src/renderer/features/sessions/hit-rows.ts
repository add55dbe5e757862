// Hits as rows of a list: neighbours of one session stand together under its name. Pure.
import type { Hit } from '../../../shared/contracts/archive-sessions.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { hrefOf, logHref, sessionHref } from '../../store/screen.ts'

export interface HitRow {
  readonly hit: Hit
  /** Whether the name of where it is stands above it, because the hit before it is from elsewhere. */
  readonly head: 'shown' | 'same'
}

export const hitRows = (hits: readonly Hit[]): readonly HitRow[] =>
  hits.map((hit, index) => {
    const before = hits[index - 1]
    return { hit, head: before !== undefined && groupOf(before) === groupOf(hit) ? 'same' : 'shown' }
  })

const groupOf = ({ place }: Hit): string =>
  place.in === 'session' ? `session ${place.ref}` : `${place.in} ${place.file}`

/** Where a hit opens: at its turn, at its line, or where the records are verified. */
export const hrefOfHit = ({ place }: Hit): string => {
  switch (place.in) {
    case 'session':
      return sessionHref(place.ref, place.turn)
    case 'log':
      return logHref(`${place.file}:${place.line}`)
    case 'audit':
      return hrefOf('security')
    default:
      return assertNever(place)
  }
}
