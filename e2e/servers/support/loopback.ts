import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Loopback {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  /** Cuts every connection and closes the port. */
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1 only, so no test can be reached from outside the machine. */
export const listenOnLoopback = async (
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<Loopback> => {
  const server = createServer(handle)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

/** The body as text, or `undefined` when it has more than `maxBytes`. Throws if the client goes away. */
export const readBody = async (req: IncomingMessage, maxBytes: number): Promise<string | undefined> =>
  (await readBytes(req, maxBytes))?.toString('utf8')

/** The same as bytes. */
export const readBytes = async (req: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxBytes) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** `undefined` if the text is not JSON (JSON itself can not say `undefined`). */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is an ordinary answer here: the caller turns it into the protocol's own error.
    return undefined
  }
}
