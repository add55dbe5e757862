// What the state of the sandbox image is called, and of its build. Pure.
import type { ImageBuildView, SandboxImageView } from '../../../shared/contracts/hands-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { StatusKind } from '../../ui/status-shape.tsx'

export interface DescribedImage {
  readonly kind: StatusKind
  readonly title: string
  readonly meaning: string
}

export const describeImage = (
  { state, detail }: Pick<SandboxImageView, 'state' | 'detail'>,
  build: Pick<ImageBuildView, 'state'>,
): DescribedImage => {
  if (build.state === 'building') {
    return {
      kind: 'busy',
      title: 'Building the image',
      meaning: 'This takes some minutes. You can leave this screen.',
    }
  }
  if (build.state === 'failed') {
    return {
      kind: state === 'present' ? 'warn' : 'bad',
      title: 'The image was not built',
      meaning: state === 'present' ? 'The one from before is still there, and is used.' : NO_IMAGE,
    }
  }
  switch (state) {
    case 'present':
      return {
        kind: 'good',
        title: build.state === 'built' ? 'The image is built' : 'The image is there',
        meaning: detail,
      }
    case 'absent':
      return {
        kind: 'warn',
        title: 'The image of the boxes is not there',
        meaning: detail === '' ? NO_IMAGE : detail,
      }
    case 'unknown':
      return { kind: 'off', title: 'Whether the image is there is not known', meaning: detail }
    default:
      return assertNever(state)
  }
}

const NO_IMAGE = 'Until it is, no box can start, and tools of sessions that need one are refused.'
