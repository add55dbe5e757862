import type { EngineClient } from './engine-client.ts'
import type { OurContainer } from './our-containers.ts'

/**
 * Takes its restart policy from a dead container, so that Docker does not start it by itself, for example when the
 * machine comes up. Returns the names of those where that may not have worked. `within`: milliseconds for each.
 */
export const holdDown = async (
  engine: EngineClient,
  containers: readonly OurContainer[],
  within: number,
): Promise<readonly string[]> => {
  const body = JSON.stringify({ RestartPolicy: { Name: 'no' } })
  const failed = await Promise.all(
    containers.map(async ({ id, name }) => {
      const answer = await engine.ask({ method: 'POST', path: `/containers/${id}/update`, within, body })
      // 4xx: it is gone, or it removes itself at its end and so can not have a policy.
      return answer.kind === 'answer' && answer.status < 500 ? [] : [name]
    }),
  )
  return failed.flat()
}
