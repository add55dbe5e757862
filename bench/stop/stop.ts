import type { Benchmark } from '../figure.ts'
import { auditBenchmarks } from './audit.ts'
import { stopping } from './stopping.ts'

export const stop: readonly Benchmark[] = [stopping, ...auditBenchmarks]
