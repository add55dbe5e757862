// The index. Everything in it is made from the files and can be made again; so there are no migrations: an index of
// another version is thrown away.

/** `CLBI`, in the header of the file: a database of somebody else is not ours to write into. */
export const APPLICATION_ID = 0x434c4249
export const INDEX_VERSION = 2

/** Bytes of a page. A leaf of a full text is one row, which must fit into one page with its header. */
export const PAGE_BYTES = 8_192
export const LEAF_BYTES = 8_100

/** Ids of one millisecond. Newest first is the order of ids, so that no search ever has to sort. */
export const IDS_PER_MS = 2_048

/**
 * `file`: what is followed and how far it was read. A file that is gone or another one now is `doomed`, which hides it
 * at once, until its rows have been deleted in small steps. `part`: what each line is. `entry`: from an id of the full text
 * to the part. `crowd`: where the ids of a millisecond go on when it is full.
 *
 * The two full texts have no content of their own: what a hit says is read from the file. One letter finds
 * only itself, two and three are found by an index of beginnings, which keeps each keystroke short.
 */
export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  sort TEXT NOT NULL,
  ref TEXT NOT NULL,
  doomed INTEGER NOT NULL DEFAULT 0,
  dev INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime REAL NOT NULL,
  settled INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  head TEXT NOT NULL,
  tail TEXT NOT NULL,
  lines INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  broken INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  updated_at INTEGER,
  provider TEXT NOT NULL,
  state TEXT NOT NULL,
  summary TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX file_path ON file(path) WHERE doomed = 0;
CREATE INDEX file_ref ON file(ref);
CREATE INDEX file_doomed ON file(id) WHERE doomed = 1;
CREATE TABLE part (
  file INTEGER NOT NULL,
  row INTEGER NOT NULL,
  line INTEGER NOT NULL,
  part INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  at INTEGER,
  kind INTEGER NOT NULL,
  hit INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  role TEXT NOT NULL,
  tool TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  parent_id TEXT,
  fork_of INTEGER,
  PRIMARY KEY (file, row, line, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX part_fork ON part(file) WHERE fork_of IS NOT NULL;
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  row INTEGER NOT NULL,
  line INTEGER NOT NULL,
  part INTEGER NOT NULL
) STRICT;
CREATE TABLE crowd (at INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE session_text USING fts5(
  text, tags, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE log_text USING fts5(
  text, tags, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2'
);
`

/** The full texts. Log and audit have one of their own, so that a million log lines slow down no search in sessions. */
export const TEXTS = ['session_text', 'log_text'] as const
export type TextTable = (typeof TEXTS)[number]

/** Bits of `part.flags`. */
export const FLAG = { own: 1, error: 2, refused: 4, broken: 8, host: 16, sandbox: 32 } as const
