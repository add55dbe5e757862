import { createCipheriv, createDecipheriv } from 'node:crypto'
import {
  Curve,
  hkdf,
  type KeyPair,
  NOISE_MODE,
  NOISE_WA_HEADER,
  proto,
  sha256,
} from '@whiskeysockets/baileys'

const EMPTY = Buffer.alloc(0)
const TAG_BYTES = 16

const nonce = (counter: number): Buffer => {
  const iv = Buffer.alloc(12)
  iv.writeUInt32BE(counter, 8)
  return iv
}

const seal = (plain: Uint8Array, key: Uint8Array, counter: number, data: Uint8Array): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter))
  cipher.setAAD(data)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const open = (sealed: Uint8Array, key: Uint8Array, counter: number, data: Uint8Array): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter))
  decipher.setAAD(data)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()])
}

/** The keys after the handshake; both directions count their frames. */
export interface Transport {
  seal(plain: Uint8Array): Buffer
  /** Throws if the frame was not sealed by the client, or is not the next one. */
  open(sealed: Uint8Array): Buffer
}

export interface ClientHello {
  /** The bytes of the `serverHello`. */
  readonly reply: Uint8Array
  /** Takes the client's last message. Throws if anything in it is not as Noise XX demands. */
  finish(message: Uint8Array): {
    readonly noiseKey: Buffer
    readonly payload: proto.ClientPayload
    readonly transport: Transport
  }
}

/**
 * The responder's part of Noise_XX_25519_AESGCM_SHA256. Takes the client's first message.
 * @param chain the certificates that are shown for `staticKey`.
 */
export const answerHello = (message: Uint8Array, staticKey: KeyPair, chain: Uint8Array): ClientHello => {
  const { clientHello } = proto.HandshakeMessage.decode(message)
  if (clientHello?.ephemeral?.length !== 32) throw new Error('a handshake without an ephemeral key')
  const theirs = clientHello.ephemeral
  const state = symmetricState()
  const ephemeral = Curve.generateKeyPair()
  state.authenticate(NOISE_WA_HEADER)
  state.authenticate(theirs)
  state.authenticate(ephemeral.public)
  state.mix(Curve.sharedKey(ephemeral.private, theirs))
  const sealedStatic = state.seal(staticKey.public)
  state.mix(Curve.sharedKey(staticKey.private, theirs))
  const payload = state.seal(chain)
  const serverHello = { ephemeral: ephemeral.public, static: sealedStatic, payload }

  return {
    reply: proto.HandshakeMessage.encode({ serverHello }).finish(),
    finish: (last) => {
      const { clientFinish } = proto.HandshakeMessage.decode(last)
      if (!clientFinish?.static || !clientFinish.payload) throw new Error('a handshake that does not finish')
      const noiseKey = state.open(clientFinish.static)
      state.mix(Curve.sharedKey(ephemeral.private, noiseKey))
      const clientPayload = proto.ClientPayload.decode(state.open(clientFinish.payload))
      return { noiseKey, payload: clientPayload, transport: state.split() }
    },
  }
}

const symmetricState = () => {
  const mode = Buffer.from(NOISE_MODE)
  let hash: Buffer = mode.length === 32 ? mode : sha256(mode)
  let salt: Uint8Array = hash
  let key: Uint8Array = hash
  let counter = 0
  const derive = (secret: Uint8Array): [Uint8Array, Uint8Array] => {
    const both = hkdf(Buffer.from(secret), 64, { salt: Buffer.from(salt), info: '' })
    return [both.subarray(0, 32), both.subarray(32)]
  }
  const authenticate = (data: Uint8Array): void => {
    hash = sha256(Buffer.concat([hash, data]))
  }
  return {
    authenticate,
    mix: (secret: Uint8Array): void => {
      ;[salt, key] = derive(secret)
      counter = 0
    },
    seal: (plain: Uint8Array): Buffer => {
      const sealed = seal(plain, key, counter++, hash)
      authenticate(sealed)
      return sealed
    },
    open: (sealed: Uint8Array): Buffer => {
      const plain = open(sealed, key, counter++, hash)
      authenticate(sealed)
      return plain
    },
    split: (): Transport => {
      const [reads, writes] = derive(EMPTY)
      let read = 0
      let written = 0
      return {
        seal: (plain) => seal(plain, writes, written++, EMPTY),
        open: (sealed) => open(sealed, reads, read++, EMPTY),
      }
    },
  }
}
