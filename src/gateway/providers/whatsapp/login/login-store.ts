import { rmSync } from 'node:fs'
import type { AuthenticationCreds, SignalKeyStore } from '@whiskeysockets/baileys'
import { ClawdbotError } from '../../../../shared/domain/error.ts'
import { type LineFile, openLineFile } from '../../../journal/line-file.ts'
import { type BaileysForLogin, changesOf, fromJson, toJson, valuesOf } from './baileys-values.ts'
import { createKeyTable, type KeyTable } from './key-table.ts'
import { hasLogin, loginFile, makePrivate, wipeLogin, writeFailure } from './login-file.ts'
import { credsLine, HEAD, isCreds, type KeyChange, keysLine } from './login-lines.ts'
import { corruptLogin, readLogin } from './read-login.ts'

export { hasLogin, wipeLogin } from './login-file.ts'

/**
 * The login of a linked account: who we are, and the keys of every conversation. Everything is in memory, and on the disk when
 * the call that changed it returns; of a pairing that is not finished, nothing is on the disk.
 */
export interface LoginStore {
  /**
   * For Baileys, which changes it in place: the same object until `beginAnew` or `wipe`. Where nobody is linked, that of a new
   * device.
   */
  readonly creds: () => AuthenticationCreds
  /** Is there a whole login, on the disk? */
  readonly isLinked: () => boolean
  /**
   * What Baileys says by `creds.update`. Stop listening to a socket before `beginAnew` and `wipe`: what it says after that is
   * of another login. @throws ClawdbotError `disk_full`, `state_not_writable`; the next save writes it too.
   */
  readonly saveCreds: (update: Partial<AuthenticationCreds>) => void
  /**
   * `set` writes all that it is given or nothing, and throws as `saveCreds` does; `get` gives copies. Take them anew for each
   * connection: those of a login that is gone keep nothing any more.
   */
  readonly keys: SignalKeyStore
  /** A new device that nobody knows yet. A login that is on the disk stays there until another one is whole. */
  readonly beginAnew: () => void
  /** Logged out: everything off the disk, and a new device. @throws ClawdbotError `state_not_writable`. */
  readonly wipe: () => void
  readonly close: () => void
}

/** Bytes: beyond what the login itself needs, twice over, what is superseded is dropped from the file. */
const COMPACT_ABOVE = 4 * 1024 * 1024
const GROWTH = 2

/**
 * Opens `<folder>/login.jsonl`; without it nobody is linked. `onProblem` hears what loses nothing. For one process at a time.
 * @throws ClawdbotError `store_corrupt`, `store_unreadable`, `state_not_writable`; nothing is changed then.
 */
export const openLoginStore = (
  folder: string,
  baileys: BaileysForLogin,
  onProblem: (message: string, error: unknown) => void,
  compactAbove = COMPACT_ABOVE,
): LoginStore => {
  const path = loginFile(folder)

  let creds: AuthenticationCreds
  let table: KeyTable
  let keys: SignalKeyStore
  /** Where this login is written; undefined: it is not whole yet. */
  let disk: { readonly file: LineFile; creds: string; compactAt: number } | undefined
  let closed = false

  const take = (nextCreds: AuthenticationCreds, nextTable: KeyTable): void => {
    creds = nextCreds
    table = nextTable
    keys = keysOf(nextTable)
  }

  const forget = (): void => {
    disk?.file.close()
    disk = undefined
    take(baileys.initAuthCreds(), createKeyTable())
  }

  const lines = (ofCreds: string): readonly string[] => [
    HEAD,
    credsLine(ofCreds),
    ...table.all().map((change) => keysLine([change])),
  ]

  /** The first time that there is a whole login: it comes to the disk in one step, in the place of any other. */
  const writeWhole = (json: string): void => {
    const file = openLineFile(path)
    try {
      file.replace(lines(json))
      // A change of nothing: with it on the disk, the name of the new file is there as well.
      file.appendEventually(keysLine([]))
    } catch (error) {
      file.close()
      throw error
    }
    disk = { file, creds: json, compactAt: compactAbove }
  }

  const append = (to: NonNullable<typeof disk>, line: string): void => {
    // Before the line and not after it, for the same reason.
    if (to.file.size() > to.compactAt) {
      try {
        to.file.replace(lines(to.creds))
        to.compactAt = Math.max(compactAbove, to.file.size() * GROWTH)
      } catch (error) {
        to.compactAt = to.file.size() + compactAbove
        onProblem('the login could not be made smaller; nothing is lost', error)
      }
    }
    to.file.append(line)
  }

  const write = (act: () => void): void => {
    if (closed)
      throw new ClawdbotError('internal', 'The login is closed already.', 'This is a fault in Clawdbot.')
    try {
      act()
    } catch (error) {
      throw writeFailure(path, error)
    }
  }

  const keysOf = (own: KeyTable): SignalKeyStore => {
    const set = (changes: readonly KeyChange[]): void => {
      // A socket of a login that is gone: what it still has to say concerns nobody.
      if (own !== table || changes.length === 0) return
      write(() => disk && append(disk, keysLine(changes)))
      own.apply(changes)
    }
    return {
      get: (type, ids) => valuesOf(baileys, own, type, ids),
      set: (data) => set(changesOf(baileys, data)),
      clear: () => set(own.all().map(({ type, id }) => ({ type, id, json: null }))),
    }
  }

  if (hasLogin(folder)) {
    const read = readLogin(path)
    const kept = fromJson(baileys, read.creds)
    if (!isCreds(kept)) throw corruptLogin(path, 'something is missing from it')
    take(kept, read.table)
    disk = { file: openToWrite(path), creds: read.creds, compactAt: compactAbove }
  } else take(baileys.initAuthCreds(), createKeyTable())

  return {
    creds: () => creds,
    isLinked: () => disk !== undefined,
    saveCreds: (update) => {
      Object.assign(creds, update)
      if (!isCreds(creds)) {
        if (disk !== undefined)
          onProblem('what WhatsApp made of the login is none; it is kept as it was', undefined)
        return
      }
      const json = toJson(baileys, creds)
      if (disk?.creds === json) return
      write(() => {
        if (disk === undefined) return writeWhole(json)
        append(disk, credsLine(json))
        disk.creds = json
      })
    },
    get keys() {
      return keys
    },
    beginAnew: forget,
    wipe: () => {
      forget()
      wipeLogin(folder)
    },
    close: () => {
      if (!closed) disk?.file.close()
      closed = true
    },
  }
}

const openToWrite = (path: string): LineFile => {
  try {
    makePrivate(path)
    // What a crash in the middle of a replacement left behind holds keys too.
    rmSync(`${path}.new`, { force: true })
    return openLineFile(path)
  } catch (error) {
    throw writeFailure(path, error)
  }
}
