import type Database from 'better-sqlite3'
import { IDS_PER_MS } from './schema.ts'

/** Beyond it there might be no room for more entries of one moment in safe integers. It is in the year 2109. */
const LAST_START = 4_398_000_000_000

/** Sessions have even ids and the rest odd ones: an id says which full text it is of, and all are in one order. */
export type Parity = 0 | 1

export interface IdGiver {
  /**
   * Makes an entry at this moment, or as near after it as there is room.
   * @param at milliseconds since the epoch
   */
  readonly add: (at: number, parity: Parity, file: number, row: number, line: number, part: number) => number
  /** Forgets what it knows of the index: another transaction begins. */
  readonly forget: () => void
}

/** Ids in the order of time. A million entries of one millisecond cost no more than those of a million milliseconds. */
export const createIdGiver = (database: Database.Database): IdGiver => {
  const insert = database.prepare<[number, number, number, number, number]>(
    'INSERT OR IGNORE INTO entry VALUES(?, ?, ?, ?, ?)',
  )
  const last = database.prepare<[number, number, number], { id: number }>(
    'SELECT id FROM entry WHERE id >= ? AND id < ? AND id % 2 = ? ORDER BY id DESC LIMIT 1',
  )
  const crowded = database.prepare<[number], { next: number }>('SELECT next FROM crowd WHERE at = ?')
  const crowd = database.prepare<[number, number]>('INSERT OR REPLACE INTO crowd VALUES(?, ?)')
  /** Of moments that already had an entry: the next id, and until where there is room. */
  let rooms = new Map<number, { next: number; readonly end: number }>()

  const findRoom = (at: number, parity: Parity): { next: number; readonly end: number } => {
    const seen: number[] = []
    for (let moment = at; ; ) {
      const base = moment * IDS_PER_MS
      const end = base + IDS_PER_MS
      const newest = last.get(base, end, parity)?.id
      const next = newest === undefined ? base + parity : newest + 2
      if (next < end) {
        for (const full of seen) crowd.run(full * 2 + parity, moment)
        return { next, end }
      }
      seen.push(moment)
      moment = crowded.get(moment * 2 + parity)?.next ?? moment + 1
    }
  }

  return {
    add(moment, parity, file, row, line, part) {
      const at = Math.min(moment, LAST_START)
      const key = at * 2 + parity
      let room = rooms.get(key)
      if (room === undefined) {
        const first = at * IDS_PER_MS + parity
        if (insert.run(first, file, row, line, part).changes === 1) return first
      }
      for (;;) {
        if (room === undefined || room.next >= room.end) {
          room = findRoom(at, parity)
          if (rooms.size > 100_000) rooms = new Map()
          rooms.set(key, room)
        }
        const id = room.next
        room.next += 2
        if (insert.run(id, file, row, line, part).changes === 1) return id
      }
    },
    forget() {
      rooms = new Map()
    },
  }
}
