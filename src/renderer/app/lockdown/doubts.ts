import type { StopResultView } from '../../../shared/contracts/stop-views.ts'

/** What a stop has left unproven, each with what resuming means then; empty where all is proven. */
export const doubtsOf = (result: StopResultView | null): readonly string[] => {
  if (result === null) return ['How the stop went is not known here. Look for what runs before you resume.']
  const doubts: string[] = []
  if (result.survivors.length > 0) {
    doubts.push(
      'Something that should be dead was still alive. While it lives, resuming is refused: end it first.',
    )
  }
  if (result.containersError !== null) {
    doubts.push('Nobody could say whether boxes live. One that does would go on beside what you start next.')
  }
  if (result.latchError !== null) {
    doubts.push('The latch was not on disk, so something may have started since.')
  }
  return doubts
}
