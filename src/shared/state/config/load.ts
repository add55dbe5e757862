import { dirname, resolve } from 'node:path'
import JSON5 from 'json5'
import type { z } from 'zod'
import { ClawdbotError } from '../../domain/error.ts'
import { visibleLine } from '../../domain/visible-text.ts'
import { readBounded } from '../atomic-file.ts'
import type { StatePaths } from '../state-dir.ts'
import { findDuplicateKey, lineAndColumn, type Path, type Place, placeAt, scanJson5 } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import { resolveConfig } from './resolve.ts'
import { type Config, configFile, knownKeys } from './schema.ts'
import { suggest } from './suggest.ts'

const CONFIG_MAX_BYTES = 1024 * 1024

/**
 * The owner's config, or the defaults where there is no file. Errors: `config_unreadable`; `config_invalid` with the
 * key, line and column of what is wrong. Nothing of the file's values but ids and enum words is in a message.
 */
export const loadConfig = async (paths: StatePaths, env: NodeJS.ProcessEnv): Promise<Config> => {
  const found = await readBounded(paths.config, CONFIG_MAX_BYTES)
  if (found.kind === 'failed') {
    throw new ClawdbotError(
      'config_unreadable',
      `${paths.config} can not be read: ${found.why}.`,
      'Give this user the right to read it.',
      found.cause,
    )
  }
  if (found.kind === 'unfit') throw invalid(`${paths.config} ${found.why}.`, 'Put a JSON5 text file there.')
  const source = found.kind === 'text' ? new Source(paths.config, found.text) : undefined
  try {
    const file = source === undefined ? {} : source.parse()
    return await resolveConfig(file, {
      exists: source !== undefined,
      env,
      paths,
      absolute: (path) =>
        resolve(
          dirname(paths.config),
          path.replace(/^~(?=$|[\\/])/, () => homeOf(env)),
        ),
      written: (path) => source?.written(path) ?? '',
    })
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    throw invalid(source === undefined ? `${error.message}.` : source.sentence(error), error.hint)
  }
}

const homeOf = (env: NodeJS.ProcessEnv): string => env['HOME'] ?? env['USERPROFILE'] ?? '~'

const invalid = (message: string, hint: string): ClawdbotError =>
  new ClawdbotError('config_invalid', message, hint)

/** The config's text, with the places of what is in it. */
class Source {
  readonly #file: string
  readonly #text: string
  #root: Place | undefined

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  parse(): z.infer<typeof configFile> {
    const value = this.#json()
    this.#root = scanJson5(this.#text)
    const twice = this.#root && findDuplicateKey(this.#root)
    if (twice) throw new ConfigProblem(twice.path, 'is given twice', 'Keep one of the two.')
    const result = configFile.safeParse(value)
    if (result.success) return result.data
    const problems = result.error.issues.flatMap((issue) => problemsOf(issue, value))
    problems.sort((a, b) => this.#offset(a.path) - this.#offset(b.path))
    throw (
      problems[0] ?? new ConfigProblem([], 'The config is not valid', 'Compare it with the documentation.')
    )
  }

  /** The text of the value at a path, as the owner wrote it. */
  written(path: Path): string {
    const place = this.#root && placeAt(this.#root, path)
    return place ? this.#text.slice(place.start, place.end) : ''
  }

  sentence({ path, message }: ConfigProblem): string {
    const key = formatPath(path)
    if (key === '') return `${message}.`
    return `${key} ${message} (${this.#where(this.#offset(path))}).`
  }

  #json(): unknown {
    try {
      return JSON5.parse(this.#text)
    } catch (error) {
      // Its message quotes the character that it stumbled over, and no more of the file.
      const { message, lineNumber, columnNumber } = syntaxError(error)
      const at =
        lineNumber === undefined ? '' : `, line ${String(lineNumber)}, column ${String(columnNumber)}`
      throw invalid(
        `The config is not valid JSON5: ${visibleLine(message)} (${this.#file}${at}).`,
        'Often it is a missing comma, quote or bracket on the line before.',
      )
    }
  }

  #offset(path: Path): number {
    // A problem may be that something is missing: then the object that should have it is the place.
    for (let length = path.length; this.#root && length > 0; length -= 1) {
      const place = placeAt(this.#root, path.slice(0, length))
      if (place) return place.keyStart ?? place.start
    }
    return this.#root?.start ?? 0
  }

  #where(offset: number): string {
    const { line, column } = lineAndColumn(this.#text, offset)
    return `${this.#file}, line ${String(line)}, column ${String(column)}`
  }
}

const syntaxError = (
  error: unknown,
): { message: string; lineNumber?: number | undefined; columnNumber?: number | undefined } => {
  if (!(error instanceof Error)) return { message: String(error) }
  const number = (key: string): number | undefined => {
    const value: unknown = Reflect.get(error, key)
    return typeof value === 'number' ? value : undefined
  }
  const message = error.message.replace(/^JSON5: /, '').replace(/ at \d+:\d+$/, '')
  return { message, lineNumber: number('lineNumber'), columnNumber: number('columnNumber') }
}

const formatPath = (path: Path): string =>
  path
    .map((key, index) =>
      typeof key === 'number'
        ? `[${String(key)}]`
        : /^[A-Za-z_][A-Za-z0-9_]*$/.test(String(key))
          ? `${index === 0 ? '' : '.'}${String(key)}`
          : `[${visibleLine(JSON.stringify(String(key).slice(0, 80)))}]`,
    )
    .join('')

type Issue = z.ZodError['issues'][number]

const problemsOf = (issue: Issue, value: unknown): readonly ConfigProblem[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownKeys(issue.path)
      return new ConfigProblem(
        [...issue.path, key],
        'is not a known key',
        didYouMean(key, known, 'Known here are'),
      )
    })
  }
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    const written = valueAt(value, issue.path)
    const says = `must be one of ${words.map((word) => `"${word}"`).join(', ')}`
    const hint = didYouMean(typeof written === 'string' ? written : '', words, 'Possible are')
    return [new ConfigProblem(issue.path, says, hint)]
  }
  if (issue.code === 'invalid_type' && issue.expected === 'object') {
    return issue.path.length === 0
      ? [new ConfigProblem([], 'The config has to be one object: { … }', 'Put the keys between braces.')]
      : [new ConfigProblem(issue.path, 'must be an object: { … }', 'Put its keys between braces.')]
  }
  return [new ConfigProblem(issue.path, issue.message, 'Correct the value.')]
}

const didYouMean = (written: string, known: readonly string[], otherwise: string): string => {
  const meant = suggest(written.slice(0, 80), known)
  return meant === undefined ? `${otherwise}: ${known.join(', ')}.` : `Did you mean "${meant}"?`
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
