import { refuse } from './refusal.ts'

/** Bytes, on every file system that Linux has in daily use. */
const MAX_NAME = 255
/** Bytes: what the kernel takes, without the NUL at the end. */
const MAX_WHOLE = 4095

/**
 * The names in a path of a file tool, from the workspace down. It says where to go and decides nothing about what is
 * there: that is the kernel's, at each step. Throws a Refusal for what leaves the workspace by its very text.
 */
export const partsOf = (path: string): readonly string[] => {
  if (path.includes('\0')) throw refuse('bad_request', path, 'a path has no NUL')
  if (path.startsWith('/'))
    throw refuse('outside', path, 'on the host a path begins in the workspace: no absolute one')
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refuse('outside', path, 'a path has no “..”')
  if (Buffer.byteLength(path) > MAX_WHOLE) throw refuse('bad_request', path, 'the path is too long')
  if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME))
    throw refuse('bad_request', path, 'a name in the path is too long')
  return parts
}

/** The names of a file and of the folder that it is in. Throws a Refusal where the path names a folder. */
export const fileParts = (path: string): { readonly folder: readonly string[]; readonly name: string } => {
  const parts = partsOf(path)
  const name = parts.at(-1)
  if (name === undefined || /(^|\/)\.?$/.test(path)) throw refuse('is_a_folder', path, 'it names a folder')
  return { folder: parts.slice(0, -1), name }
}
