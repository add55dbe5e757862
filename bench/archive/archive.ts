import type { Benchmark } from '../figure.ts'
import { indexAndSearch } from './index-and-search.ts'
import { screens } from './screens.ts'

export const archive: readonly Benchmark[] = [indexAndSearch, screens]
