import { describe, expect, it } from 'vitest'
import { appState } from '../../test/app-state.ts'
import { describeProgress, shareRead } from './describe-archive.ts'

const { archive } = appState()

describe('how far the archive has come', () => {
  it('is said in megabytes, messages and sessions', () => {
    expect(
      describeProgress({
        ...archive,
        indexedBytes: 412_000_000,
        totalBytes: 1_000_000_000,
        messages: 412_000,
        sessions: 1,
      }),
    ).toBe('Read so far: 412 of 1,000 MB, 412,000 messages in 1 session.')
  })

  it('is nothing of nothing, and never more than all', () => {
    expect(shareRead({ ...archive, indexedBytes: 0, totalBytes: 0 })).toBe(0)
    expect(shareRead({ ...archive, indexedBytes: 9, totalBytes: 3 })).toBe(1)
  })
})
