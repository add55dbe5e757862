// The gateway's streams to its sandboxes, all in one: the file after the ipc channel. The supervisor holds the other
// ends, and passes bytes on without looking at them.

/** The child's file descriptor. */
export const BOX_CHANNEL_FD = 4

/** A piece: the number of the box and the number of bytes that follow, 4 bytes each, big-endian; none: the stream ends. */
export const BOX_PREFIX_BYTES = 8
/** Of one piece. What is longer is a violation, whichever side says it. */
export const MAX_BOX_PIECE = 64 * 1024
