// Test support: a process that is WhatsApp alone, under the flags of the gateway, as its parent tells it over ipc.
import { createLogger } from '../../../../shared/log/logger.ts'
import { createWhatsApp } from '../whatsapp.ts'

const [folder = '', file = '', url = '', rootKey = ''] = process.argv.slice(2)
const log = createLogger({ file, level: 'trace', redact: (line) => line, source: 'gateway' })
const say = (told: object): void => void process.send?.(told)

const provider = createWhatsApp({
  folder,
  test: { url, rootKey },
  log,
  now: Date.now,
  random: Math.random,
  onFault: (error) => {
    throw error
  },
})
provider.start({
  receive: ({ text, chatId }) => {
    say({ heard: text })
    void provider.send(chatId, `answer to ${text}`, () => true).then(({ kind }) => say({ sent: kind }))
  },
  status: ({ state, detail }) => say({ state, detail }),
  link: ({ code }) => say({ code: code?.text ?? '' }),
})
process.on('message', (message) => {
  if (message === 'begin') provider.link?.('begin')
  if (message === 'stop') void provider.stop().then(() => process.exit())
})
