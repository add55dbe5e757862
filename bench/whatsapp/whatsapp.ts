import type { Benchmark } from '../figure.ts'
import { messages } from './messages.ts'
import { reconnect } from './reconnect.ts'

export const whatsapp: readonly Benchmark[] = [messages, reconnect]
