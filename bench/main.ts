// `npm run -s bench -- [group] [--json]`: measures on the machine at hand. Progress goes to stderr.
import type { Benchmark, Figure } from './figure.ts'

const GROUPS: Readonly<Record<string, () => Promise<readonly Benchmark[]>>> = {
  core: async () => (await import('./core/core.ts')).core,
  stop: async () => (await import('./stop/stop.ts')).stop,
  archive: async () => (await import('./archive/archive.ts')).archive,
  redact: async () => (await import('./redact/redact.ts')).redact,
  whatsapp: async () => (await import('./whatsapp/whatsapp.ts')).whatsapp,
  sandbox: async () => (await import('./sandbox/sandbox.ts')).sandbox,
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const json = process.argv.includes('--json')
const names = words.length > 0 ? words : Object.keys(GROUPS)
const figures: Figure[] = []
for (const name of names) {
  const load = GROUPS[name]
  if (load === undefined) {
    process.stderr.write(`bench: no group ${name}; there are: ${Object.keys(GROUPS).join(', ')}\n`)
    process.exit(2)
  }
  for (const benchmark of await load()) {
    process.stderr.write(`${name}: ${benchmark.name}\n`)
    figures.push(...(await benchmark.run()))
  }
}

if (json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
} else {
  for (const { name, value, unit, goal } of figures) {
    process.stdout.write(`${name.padEnd(28)} ${String(value).padStart(12)} ${unit.padEnd(8)} goal ${goal}\n`)
  }
}
