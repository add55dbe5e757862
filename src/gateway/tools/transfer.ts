/** Of one file, in or out. What the Bot API gives out is the least of all messengers of ours. */
export const MAX_TRANSFER_BYTES = 20 * 1024 * 1024

export const TOO_LARGE = 'it is larger than 20 MiB'

/** A file that a message is to take along, by its path in the place of the tools. */
export interface FileToSend {
  readonly path: string
  readonly wantsHost: boolean
}
