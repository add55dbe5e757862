import { describe, expect, it } from 'vitest'
import { describeImage } from './describe-image.ts'

const idle = { state: 'idle' } as const
const failed = { state: 'failed' } as const

describe('the image of the boxes', () => {
  it('is good only where it is there', () => {
    expect(describeImage({ state: 'present', detail: '' }, idle).kind).toBe('good')
    expect(describeImage({ state: 'absent', detail: '' }, idle).kind).toBe('warn')
    expect(describeImage({ state: 'unknown', detail: '' }, idle).kind).toBe('off')
  })

  it('says what its absence means, in its own words where it has none', () => {
    expect(describeImage({ state: 'absent', detail: '' }, idle).meaning).toContain('no box can start')
    expect(describeImage({ state: 'absent', detail: 'Build it.' }, idle).meaning).toBe('Build it.')
  })

  it('that could not be built is worse where there is none from before', () => {
    expect(describeImage({ state: 'present', detail: '' }, failed)).toMatchObject({
      kind: 'warn',
      meaning: 'The one from before is still there, and is used.',
    })
    expect(describeImage({ state: 'absent', detail: '' }, failed).kind).toBe('bad')
  })

  it('is neither there nor missing while it is built', () => {
    expect(describeImage({ state: 'absent', detail: 'Build it.' }, { state: 'building' })).toMatchObject({
      kind: 'busy',
      title: 'Building the image',
    })
  })
})
