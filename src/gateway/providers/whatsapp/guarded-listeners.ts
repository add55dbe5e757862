import type { EventEmitter } from 'node:events'

/**
 * Baileys listens to its websocket with asynchronous functions, whose rejections nobody waits for: one answer that can not be
 * written, on a socket that has just broken, would end the process. Each of its listeners is replaced by itself with
 * `onFault` behind it. To be called right after the socket was made, when nobody else listens yet.
 */
export const guardListeners = (
  socket: EventEmitter,
  onFault: (event: string, error: unknown) => void,
): void => {
  for (const event of socket.eventNames()) {
    if (typeof event !== 'string') continue
    const listeners = socket.listeners(event)
    socket.removeAllListeners(event)
    for (const listener of listeners)
      socket.on(event, (...given: unknown[]) => {
        try {
          const result: unknown = Reflect.apply(listener, socket, given)
          if (result instanceof Promise) result.catch((error: unknown) => onFault(event, error))
        } catch (error) {
          onFault(event, error)
        }
      })
  }
}
