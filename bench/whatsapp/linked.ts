import { startWhatsAppServer, type WhatsAppServer } from '../../e2e/servers/whatsapp/server.ts'
import { openWorkbench, pidOf, residentBytes, type Workbench } from '../support/workbench.ts'

export interface Linked {
  readonly bench: Workbench
  readonly server: WhatsAppServer
  /** What the gateway had resident before anything of WhatsApp was loaded. Bytes. */
  readonly rssBefore: number
  readonly rssNow: () => Promise<number>
  readonly end: () => Promise<void>
}

/** A gateway that is linked to the local server as the agent's own number, and lets `friends` in. */
export const openLinked = async (friends: readonly string[]): Promise<Linked> => {
  const server = await startWhatsAppServer()
  const bench = await openWorkbench({
    config: { whatsapp: { allowFrom: friends } },
    env: {
      CLAWDBOT_TEST_WHATSAPP_URL: server.url,
      CLAWDBOT_TEST_WHATSAPP_ROOT_KEY: server.rootKey,
      CLAWDBOT_TEST_WHATSAPP_MEDIA_URL: server.mediaUrl,
    },
  })
  const { supervisor } = bench
  const rssNow = (): Promise<number> => residentBytes(pidOf(supervisor.snapshot().state))
  await supervisor.start()
  await bench.until(({ gateway }) => gateway.phase === 'running')
  await bench.telegram.waitFor(() => bench.telegram.isPolling())
  const rssBefore = await rssNow()
  await supervisor.linkMessenger('whatsapp', 'separate')
  const codeShown = await bench.until(({ providers }) => providers.some(({ link }) => link?.code != null))
  await server.scan(codeShown.providers.find(({ link }) => link?.code != null)?.link?.code?.text ?? '')
  await bench.until(({ providers }) =>
    providers.some(({ provider, state }) => provider === 'whatsapp' && state === 'connected'),
  )
  return {
    bench,
    server,
    rssBefore,
    rssNow,
    end: async () => {
      await bench.end()
      await server.stop()
    },
  }
}
