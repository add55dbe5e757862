import type { SignalDataSet, SignalDataTypeMap } from '@whiskeysockets/baileys'
import type { Baileys } from '../baileys.ts'
import { boundedRecord } from './bounded-records.ts'
import type { KeyTable } from './key-table.ts'
import type { KeyChange } from './login-lines.ts'

/** What a login needs of Baileys. */
export type BaileysForLogin = Pick<Baileys, 'initAuthCreds' | 'BufferJSON' | 'proto'>

/** Text as Baileys makes it of its values, in which bytes stay bytes. */
export const toJson = ({ BufferJSON }: BaileysForLogin, value: unknown): string =>
  value instanceof Uint8Array ? bytesToJson(value) : JSON.stringify(value, BufferJSON.replacer)

/** The same text, of what is written with every message: without an array of numbers on the way. */
const bytesToJson = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  `{"type":"Buffer","data":"${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}"}`

export const fromJson = ({ BufferJSON }: BaileysForLogin, json: string): unknown =>
  JSON.parse(json, BufferJSON.reviver)

/** What `set` is given. Whatever is nothing takes the key away, as in Baileys' own stores. */
export const changesOf = (baileys: BaileysForLogin, data: SignalDataSet): readonly KeyChange[] =>
  Object.entries(data).flatMap(([type, values]) =>
    Object.entries(values ?? {}).map(([id, value]) => ({
      type,
      id,
      json: value ? toJson(baileys, boundedRecord(type, value)) : null,
    })),
  )

/** What `get` gives: of the ids, those that are known. */
export const valuesOf = <T extends keyof SignalDataTypeMap>(
  baileys: BaileysForLogin,
  table: KeyTable,
  type: T,
  ids: readonly string[],
): { [id: string]: SignalDataTypeMap[T] } =>
  Object.fromEntries(
    ids.flatMap((id) => {
      const json = table.get(type, id)
      return json === undefined ? [] : [[id, valueOf(baileys, type, json)]]
    }),
  )

const valueOf = ({ BufferJSON, proto }: BaileysForLogin, type: string, json: string) => {
  const value = JSON.parse(json, BufferJSON.reviver)
  // Its own JSON has its bytes as base64, which only it turns back.
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value
}
