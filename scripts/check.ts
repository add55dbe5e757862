// Everything that needs no display, in parallel; prints a line for each part and the output of what failed.
import { spawn } from 'node:child_process'

// TypeScript 7 has no programming interface yet, so dependency-cruiser needs a 6 beside it, which takes the name.
const tsc = 'node node_modules/typescript-7/bin/tsc'

const parts: readonly (readonly [name: string, command: string])[] = [
  ['format', 'biome ci --error-on-warnings .'],
  ['lint', 'oxlint --type-aware --deny-warnings'],
  ['types', `${tsc} --noEmit`],
  ['boundaries', 'node scripts/check-boundaries.ts'],
  ['dead code', 'knip'],
  ['unit tests', 'npm run -s unit'],
]

const run = ([name, command]: (typeof parts)[number]): Promise<boolean> =>
  new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('exit', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
      if (code !== 0 || name === 'unit tests') console.log(output)
      resolve(code === 0)
    })
  })

const results = await Promise.all(parts.map(run))
process.exitCode = results.every(Boolean) ? 0 : 1
