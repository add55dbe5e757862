import { describe, expect, it } from 'vitest'
import { dockerView, lockdownView } from '../../test/app-state.ts'
import { describeDocker } from './describe-docker.ts'

describe('Docker in the header', () => {
  it('has words of its own for each state', () => {
    expect(describeDocker(dockerView({ containers: 0 }), null).label).toBe('Docker · 0 boxes')
    expect(describeDocker(dockerView({ containers: 1 }), null).label).toBe('Docker · 1 box')
    expect(describeDocker(dockerView({ state: 'absent', containers: null }), null).label).toBe(
      'Docker not running',
    )
    expect(describeDocker(dockerView({ state: 'unreachable', containers: null }), null).label).toBe(
      'Docker does not answer',
    )
  })

  it('is good only while it answers, with a number', () => {
    expect(describeDocker(dockerView({ containers: 3 }), null).kind).toBe('good')
    expect(describeDocker(dockerView({ containers: null }), null).kind).toBe('warn')
    expect(describeDocker(dockerView({ state: 'unreachable', containers: 3 }), null).kind).toBe('warn')
  })

  it('is bad while a box runs although everything is stopped', () => {
    expect(describeDocker(dockerView({ containers: 1 }), lockdownView()).kind).toBe('bad')
    expect(describeDocker(dockerView({ containers: 0 }), lockdownView()).kind).toBe('off')
  })
})
