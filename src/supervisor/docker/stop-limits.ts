/** What STOP spends on containers at most. All milliseconds. */
export interface StopLimits {
  /** Freezing one is worth this much delay of its kill. */
  readonly freeze: number
  /** The engine answers a SIGKILL when the container is dead, so this is no measure of whether it works. */
  readonly kill: number
  readonly list: number
  /** From then on Docker is not waited for: what Linux itself knows of the containers is killed without it. */
  readonly withoutEngineAfter: number
  /** How long they are looked for and killed until none is left. */
  readonly all: number
}

export const STOP_LIMITS: StopLimits = {
  freeze: 300,
  kill: 1_000,
  list: 500,
  withoutEngineAfter: 500,
  all: 3_000,
}
