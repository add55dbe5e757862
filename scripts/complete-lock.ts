// Completes package-lock.json after an `npm install` against a registry that carries only some platforms' binaries:
// npm then leaves the others out, and `npm ci` refuses such a lock file everywhere. What the registry would not
// show has no integrity value here; npm adds it the next time it sees the package.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const lockFile = join(import.meta.dirname, '..', 'package-lock.json')

// Records keep the order of the file, which npm keeps as well.
const packagesSchema = z.record(z.string(), z.record(z.string(), z.unknown()))
const lockSchema = z.record(z.string(), z.unknown())
const optionalSchema = z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) })
type Packages = z.infer<typeof packagesSchema>

export interface Platform {
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
}

const systems = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ')
const processors = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ')

/** The platform that a package is for, by the words in its name, as in `@oxlint/binding-linux-x64-musl`. */
export const platformOf = (name: string): Platform => {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => systems.includes(word))
  const cpu = words.filter((word) => processors.includes(word))
  const libc = words.flatMap((word) => (word === 'musl' ? ['musl'] : word === 'gnu' ? ['glibc'] : []))
  return {
    ...(os.length > 0 ? { os } : {}),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 ? { libc } : {}),
  }
}

/** The optional dependencies that no entry stands for, with what the entry has to say. */
export const missingEntries = (
  packages: Packages,
): ReadonlyMap<string, Readonly<Record<string, unknown>>> => {
  const missing = new Map<string, Readonly<Record<string, unknown>>>()
  for (const [path, entry] of Object.entries(packages))
    for (const [name, version] of Object.entries(optionalSchema.parse(entry).optionalDependencies)) {
      const hoisted = `node_modules/${name}`
      if (`${path}/${hoisted}` in packages || hoisted in packages) continue
      missing.set(hoisted, {
        version,
        ...platformOf(name),
        ...(entry['dev'] === true ? { dev: true } : {}),
        optional: true,
      })
    }
  return missing
}

const readLock = (): z.infer<typeof lockSchema> =>
  lockSchema.parse(JSON.parse(readFileSync(lockFile, 'utf8')))

/** The packages of this project's lock file, by their path. */
export const lockedPackages = (): Packages => packagesSchema.parse(readLock()['packages'])

if (import.meta.main) {
  const missing = missingEntries(lockedPackages())
  const packages = Object.fromEntries(
    [...Object.entries(lockedPackages()), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en')),
  )
  writeFileSync(lockFile, `${JSON.stringify({ ...readLock(), packages }, null, 2)}\n`)
  console.log(`${missing.size} entries added to package-lock.json`)
}
