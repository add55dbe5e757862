import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { refusalOf, refuse } from './refusal.ts'
import { O_PATH, type SystemCalls } from './system-calls.ts'

/**
 * How names become a place in the tree, so that nothing can be swapped between the check and the use. The descriptor is
 * of the place itself: what is there has not been opened, so that no pipe hangs and no device is touched.
 */
export interface Beneath {
  readonly by: 'openat2' | 'walk'
  /** Throws a Refusal for a symbolic link, for another file system, and for what is not there. */
  readonly placeOf: (folder: number, parts: readonly string[]) => number
}

/** The name of a descriptor of ours: what is opened through it is what the descriptor holds, wherever it has moved. */
export const ownName = (descriptor: number): string => `/proc/self/fd/${String(descriptor)}`

/** One system call for the whole path. */
export const byOpenat2 = ({ placeBeneath }: SystemCalls): Beneath => ({
  by: 'openat2',
  placeOf: (folder, parts) => placeBeneath(folder, parts.length === 0 ? '.' : parts.join('/')),
})

/** One step at a time, each from a descriptor, in plain Node. Slower, and needs /proc. */
export const byWalk: Beneath = {
  by: 'walk',
  placeOf(folder, parts) {
    const mount = mountOf(folder)
    let place = step(folder, '.', mount)
    for (const part of parts) {
      try {
        const next = step(place, part, mount)
        closeSync(place)
        place = next
      } catch (error) {
        closeSync(place)
        throw refusalOf(error, parts.join('/'))
      }
    }
    return place
  },
}

const step = (folder: number, name: string, mount: string): number => {
  const place = openSync(`${ownName(folder)}/${name}`, O_PATH | constants.O_NOFOLLOW)
  try {
    if (fstatSync(place).isSymbolicLink())
      throw refuse('outside', name, 'a part of the path is a symbolic link')
    // Also a folder of the same disk that is mounted here: the number of the device would not tell.
    if (mountOf(place) !== mount)
      throw refuse('outside', name, 'the path leaves the workspace or its file system')
    return place
  } catch (error) {
    closeSync(place)
    throw error
  }
}

const mountOf = (descriptor: number): string => {
  const found = /^mnt_id:\s*([0-9]+)$/m.exec(
    readFileSync(`/proc/self/fdinfo/${String(descriptor)}`, 'utf8'),
  )?.[1]
  if (found === undefined)
    throw refuse('failed', '/proc/self/fdinfo', 'the system does not say what is mounted')
  return found
}
