export type OutputName = 'stdout' | 'stderr'

/** What a command writes, of which only the beginning and the end are kept: memory is bounded by what is kept. */
export interface OutputKeeper {
  readonly push: (name: OutputName, bytes: Uint8Array) => void
  /** Sends the end. How many bytes between beginning and end were left out. */
  readonly finish: () => number
}

/** `keepBytes`: of both outputs together; the first half is sent as it comes, the last with `finish`. */
export const createOutputKeeper = (
  keepBytes: number,
  send: (name: OutputName, bytes: Uint8Array) => void,
): OutputKeeper => {
  let headRoom = Math.floor(keepBytes / 2)
  const tail = createTail(keepBytes - headRoom)
  return {
    push(name, bytes) {
      const head = bytes.subarray(0, headRoom)
      headRoom -= head.byteLength
      if (head.byteLength > 0) send(name, head)
      tail.push(name, bytes.subarray(head.byteLength))
    },
    finish: () => tail.flush(send),
  }
}

interface Tail {
  readonly push: (name: OutputName, bytes: Uint8Array) => void
  /** How many bytes were pushed out of it. */
  readonly flush: (send: (name: OutputName, bytes: Uint8Array) => void) => number
}

const STDERR = 1

/** Two rings: the bytes, and of each the output that it came from. So it costs the same for pieces of any size. */
const createTail = (size: number): Tail => {
  let bytes = new Uint8Array(0)
  let names = new Uint8Array(0)
  let total = 0
  return {
    push(name, pushed) {
      if (pushed.byteLength === 0) return
      // Most commands write little: they get no ring at all.
      if (bytes.byteLength === 0) {
        bytes = new Uint8Array(size)
        names = new Uint8Array(size)
      }
      const last = pushed.subarray(Math.max(0, pushed.byteLength - size))
      total += pushed.byteLength
      const at = (total - last.byteLength) % size
      const first = last.subarray(0, size - at)
      const lane = name === 'stderr' ? STDERR : 0
      bytes.set(first, at)
      bytes.set(last.subarray(first.byteLength), 0)
      names.fill(lane, at, at + first.byteLength)
      names.fill(lane, 0, last.byteLength - first.byteLength)
    },
    flush(send) {
      const kept = Math.min(total, size)
      for (let done = 0; done < kept; ) {
        const at = (total - kept + done) % size
        const lane = names[at]
        let end = at
        const limit = Math.min(size, at + kept - done)
        while (end < limit && names[end] === lane) end += 1
        send(lane === STDERR ? 'stderr' : 'stdout', bytes.slice(at, end))
        done += end - at
      }
      return total - kept
    },
  }
}
