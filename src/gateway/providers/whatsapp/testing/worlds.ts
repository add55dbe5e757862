import { afterEach, expect } from 'vitest'
import { createWhatsAppWorld, type LocalServer, type WhatsAppWorld } from './whatsapp-world.ts'

/** Worlds that end with their test, and fail it if the server got a request that no correct client makes. */
export const worldsOfTests = <Server extends LocalServer, Options>(
  start: (options?: Options) => Promise<Server>,
): ((options?: Options) => Promise<WhatsAppWorld<Server>>) => {
  const open: WhatsAppWorld<Server>[] = []
  afterEach(async () => {
    const problems: string[] = []
    for (const world of open.splice(0)) {
      await world.close()
      problems.push(...world.server.unknown())
    }
    expect(problems).toEqual([])
  })
  return async (options) => {
    const world = createWhatsAppWorld(await start(options))
    open.push(world)
    return world
  }
}
