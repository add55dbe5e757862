// Checks the architecture's rules (.dependency-cruiser.cjs), and that the tool has read the whole of src/ for it:
// a cruise that could not parse the sources finds no violation either.
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { z } from 'zod'

const report = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
  modules: z.array(z.object({ source: z.string() })),
})

const cruise = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src']
    // It exits with the number of violations; what counts is what it found.
    execFile('depcruise', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      stdout.startsWith('{') ? resolve(stdout) : reject(new Error(stderr, { cause: error })),
    )
  })

const { summary, modules } = report.parse(JSON.parse(await cruise()))
const read = new Set(modules.map(({ source }) => source))
const sources = (await readdir('src', { recursive: true }))
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
const unread = sources.filter((name) => !read.has(name))

for (const name of unread) console.error(`not read: ${name}`)
for (const { from, to, rule } of summary.violations) console.error(`${rule.name}: ${from} -> ${to}`)
console.log(`${sources.length} files, ${summary.violations.length} violations`)
process.exitCode = unread.length === 0 && summary.violations.length === 0 ? 0 : 1
