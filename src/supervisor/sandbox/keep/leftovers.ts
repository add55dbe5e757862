import type { OurContainer } from '../../docker/our-containers.ts'
import { HOLDER_LABEL, STATE_LABEL } from '../plan-box.ts'

/**
 * Those of this state directory whose supervisor is no more, or is this one, which does not hold them. What another
 * supervisor holds, or one of another state directory, is not touched.
 */
export const leftoversIn = (
  containers: readonly OurContainer[],
  facts: {
    readonly state: string
    readonly holder: string
    readonly isHeld: (container: OurContainer) => boolean
    /** `<pid>:<start>`. */
    readonly isAlive: (holder: string) => boolean
  },
): readonly OurContainer[] =>
  containers.filter((container) => {
    const holder = container.labels[HOLDER_LABEL] ?? ''
    if (container.labels[STATE_LABEL] !== facts.state || facts.isHeld(container)) return false
    return holder === facts.holder || !facts.isAlive(holder)
  })
