export type FactTone = 'good' | 'warn' | 'bad' | 'unknown'

/** One line of the overview. Its evidence is found by its id. */
export interface Fact {
  readonly id:
    | 'reach'
    | 'spawn'
    | 'friend'
    | 'guest'
    | 'hardened'
    | 'messengers'
    | 'number'
    | 'audit'
    | 'docker'
    | 'files'
    | 'unconfirmed'
    | 'host'
  readonly tone: FactTone
  readonly title: string
  readonly detail: string
}
