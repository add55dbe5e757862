import type { Answer, CallChannel, InputOf, OutputOf } from '../shared/contracts/bridge.ts'
import { callMain, toBridgeError } from './bridge.ts'

/** The channels that answer for the archive. */
type ArchiveChannel = {
  [K in CallChannel]: OutputOf<K> extends Answer<unknown> ? K : never
}[CallChannel]

/** Asks the archive; a call that main refused or never got is an answer like any other. */
export const askArchive = async <K extends ArchiveChannel>(
  channel: K,
  input: InputOf<K>,
): Promise<OutputOf<K> | Extract<Answer<never>, { readonly ok: false }>> => {
  try {
    return await callMain(channel, input)
  } catch (thrown) {
    return { ok: false, error: toBridgeError(thrown) }
  }
}
