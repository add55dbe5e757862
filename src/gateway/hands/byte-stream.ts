/** Bytes to and from one helper, wherever it runs. Whoever sits at the other end is not trusted. */
export interface ByteStream {
  /** Never waits and never throws. A stream that can not take it ends, which `onEnd` tells. */
  write(bytes: Uint8Array): void
  /** Once. What came before is told at once, in order. */
  listen(listener: ByteListener): void
  /** What comes out is not what a helper says: it has to die. Nothing more is heard of it. `why`: a sentence. */
  condemn(why: string): void
  /** It is not needed any more. Nothing more is heard of it. */
  close(): void
}

export interface ByteListener {
  /** The bytes are the listener's own. */
  onBytes(bytes: Uint8Array): void
  /** Once, as the last: why there is nothing more, in one sentence. */
  onEnd(why: string): void
}
