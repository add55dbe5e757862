// Test support: a process that holds the stream of a box until it is killed.
import { startTestBox } from './test-box.ts'

const { container, folders, bash } = await startTestBox()
await bash('(trap "" TERM HUP; setsid sleep 1000 >/dev/null 2>&1 &)')
process.stdout.write(`${[container, ...folders].join(' ')}\n`)
setInterval(() => undefined, 1000)
