/** What was decrypted not long ago, by the name of its ciphertext. The oldest goes first. */
export interface Repeats {
  readonly get: (id: string) => Uint8Array | undefined
  readonly add: (id: string, plaintext: Uint8Array) => void
}

/** @param mostBytes of plaintext; what is longer alone is not kept. */
export const createRepeats = (most = 1_000, mostBytes = 4 * 1024 * 1024): Repeats => {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0
  const drop = (id: string): void => {
    bytes -= kept.get(id)?.length ?? 0
    kept.delete(id)
  }
  return {
    get: (id) => kept.get(id),
    add: (id, plaintext) => {
      drop(id)
      if (plaintext.length > mostBytes) return
      kept.set(id, plaintext)
      bytes += plaintext.length
      for (const oldest of kept.keys()) {
        if (kept.size <= most && bytes <= mostBytes) return
        drop(oldest)
      }
    },
  }
}
