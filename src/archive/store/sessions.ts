import { basename } from 'node:path'
import type Database from 'better-sqlite3'
import type { ArchiveOutput } from '../../shared/contracts/archive.ts'
import type { SessionRow } from '../../shared/contracts/archive-sessions.ts'
import type { FileRow } from './rows.ts'
import type { SessionNames } from './session-names.ts'
import { parseSummary } from './session-summary.ts'

type ListedFile = Pick<
  FileRow,
  'id' | 'path' | 'ref' | 'rows' | 'updated_at' | 'mtime' | 'size' | 'broken' | 'provider' | 'summary'
>

const COLUMNS = 'id, path, ref, rows, updated_at, mtime, size, broken, provider, summary'
const IS_SESSION = "sort = 'session' AND doomed = 0"
/** Sessions that a name in a query may mean. */
const MAX_MEANT = 100

export interface Sessions {
  readonly list: (limit: number, offset: number) => ArchiveOutput<'sessions'>
  readonly find: (name: string) => ArchiveOutput<'session'>
  /** Numbers of the files of all sessions that a name in a query may mean. */
  readonly meant: (name: string) => readonly number[]
  readonly fileOfKey: (key: string) => ListedFile | undefined
}

export const sessionsOf = (database: Database.Database, names: SessionNames): Sessions => {
  const count = database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM file WHERE ${IS_SESSION}`)
  const page = database.prepare<[number, number], ListedFile>(
    `SELECT ${COLUMNS} FROM file WHERE ${IS_SESSION} ORDER BY coalesce(updated_at, mtime) DESC, ref LIMIT ? OFFSET ?`,
  )
  const byId = database.prepare<[number], ListedFile>(`SELECT ${COLUMNS} FROM file WHERE id = ?`)
  const all = database.prepare<
    [],
    { id: number; path: string; ref: string; said: string | null; time: number }
  >(
    `SELECT id, path, ref, CASE WHEN json_valid(summary) THEN json_extract(summary, '$.id') END AS said,
      coalesce(updated_at, mtime) AS time FROM file WHERE ${IS_SESSION} ORDER BY time DESC`,
  )

  const rowOf = (file: ListedFile): SessionRow => {
    const summary = parseSummary(file.summary)
    const known = names.of(file.path)
    const name = basename(file.ref)
    const [first, agent] = file.ref.split('/')
    return {
      ref: file.ref,
      id: summary.id === '' ? name : summary.id,
      key: known?.key ?? '',
      title: known?.title ?? name,
      agent: first === 'agents' ? (agent ?? '') : '',
      provider: known?.provider || file.provider,
      chat: known?.chat ?? 'unknown',
      people: summary.people,
      startedAt: summary.startedAt,
      updatedAt: file.updated_at ?? file.mtime,
      turns: file.rows,
      calls: summary.calls,
      errors: summary.errors,
      refusals: summary.refusals,
      brokenLines: file.broken,
      host: summary.host,
      sandbox: summary.sandbox,
      bytes: Math.max(0, file.size),
      model: summary.model === '' ? (known?.model ?? '') : summary.model,
      preview: summary.preview,
    }
  }

  type Named = NonNullable<ReturnType<typeof all.get>>
  /** The first of these ways to name a session that names any. */
  const ways = (name: string): readonly ((session: Named) => boolean)[] => [
    ({ ref }) => ref === name,
    ({ path }) => names.of(path)?.key === name,
    ({ ref, said }) => said === name || basename(ref) === name,
    ({ ref, said }) => basename(ref).startsWith(name) || (said?.startsWith(name) ?? false),
  ]
  const matches = (name: string, also: readonly ((session: Named) => boolean)[]): readonly Named[] => {
    const sessions = all.all()
    for (const way of [...ways(name), ...also]) {
      const found = sessions.filter(way)
      if (found.length > 0) return found
    }
    return []
  }

  return {
    list: (limit, offset) => ({ total: count.get()?.n ?? 0, rows: page.all(limit, offset).map(rowOf) }),
    find(name) {
      const found = matches(name, [])
      const [only] = found
      const file = found.length === 1 && only !== undefined ? byId.get(only.id) : undefined
      return { row: file === undefined ? null : rowOf(file), candidates: found.length }
    },
    meant(name) {
      const lower = name.toLowerCase()
      const titled = ({ path }: Named): boolean =>
        names.of(path)?.title.toLowerCase().includes(lower) ?? false
      return matches(name, [titled])
        .slice(0, MAX_MEANT)
        .map(({ id }) => id)
    },
    fileOfKey(key) {
      const file = all.all().find(({ path }) => names.of(path)?.key === key)
      return file === undefined ? undefined : byId.get(file.id)
    },
  }
}
