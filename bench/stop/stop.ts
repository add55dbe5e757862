import type { Benchmark } from '../figure.ts'
import { stopping } from './stopping.ts'

export const stop: readonly Benchmark[] = [stopping]
