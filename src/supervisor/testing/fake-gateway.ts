// Test support: a gateway that does what a message tells it, run by the pinned Node under the real grants.

/** The program. Its words come as text of the simulator; each is answered with what happened. */
const PROGRAM = String.raw`
import fs from 'node:fs'
import { spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'

const mode = process.env.CLAWDBOT_TEST_FAKE ?? ''
const send = (message, handle) => process.send(message, handle)
process.on('disconnect', () => process.exit(0))
if (mode.includes('ignores-term')) {
  process.on('SIGTERM', () => {})
  process.removeAllListeners('disconnect')
  process.on('disconnect', () => {})
  setInterval(() => {}, 1000)
}
let acknowledges = true
let stops = !mode.includes('ignores-term')
const attempt = (work) => {
  try { return 'ok ' + String(work() ?? '') } catch (error) { return error.code ?? String(error) }
}
// Onto the channel, past the event loop, which would also read.
const pour = (bytes) => {
  for (let at = 0; at < bytes.length;) {
    try { at += fs.writeSync(3, bytes, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  }
}
const link = (code, self) => send({ type: 'link', link: { provider: 'whatsapp', code, self } })
// A phone that does as it is told at once, scanning aside.
const linked = (act) => {
  if (act === 'begin') words.phone('linking')
  if (act === 'begin') words.code('2@' + 'c0de'.repeat(40))
  if (act === 'begin' && mode.includes('scanned-at-once')) words.self('+15550002222')
  if (act === 'begin' && mode.includes('scanned-at-once')) words.phone('connected')
  if (act === 'cancel' || act === 'unlink') words.self()
  if (act === 'cancel' || act === 'unlink') words.phone('unlinked')
}
const words = {
  read: (path) => attempt(() => fs.readFileSync(path, 'utf8').slice(0, 100)),
  stat: (path) => attempt(() => fs.lstatSync(path).isFile()),
  list: (path) => attempt(() => fs.readdirSync(path).join()),
  write: (path) => attempt(() => fs.writeFileSync(path, 'x')),
  remove: (path) => attempt(() => fs.unlinkSync(path)),
  rename: (from, to) => attempt(() => fs.renameSync(from, to)),
  link: (from, to) => attempt(() => fs.symlinkSync(from, to)),
  spawn: () => attempt(() => spawn('/bin/true').pid),
  worker: () => attempt(() => new Worker('1', { eval: true }).threadId),
  addon: () => attempt(() => process.dlopen({ exports: {} }, '/nothing.node')),
  builtin: (name) => attempt(() => process.getBuiltinModule(name) === undefined ? 'none' : 'there'),
  v8: (path) => attempt(() => {
    const v8 = process.getBuiltinModule('node:v8')
    v8.setFlagsFromString('--redirect-code-traces')
    v8.setFlagsFromString('--redirect-code-traces-to=' + path)
    v8.setFlagsFromString('--print-opt-source')
    v8.setFlagsFromString('--print-bytecode')
    const added = new Function('a', 'return a + 1')
    for (let at = 0; at < 1e6; at += 1) added(at)
  }),
  debug: () => attempt(() => process.kill(process.ppid, 'SIGUSR1')),
  handle: () => {
    const server = process.getBuiltinModule('node:net').createServer()
    server.listen(0, '127.0.0.1', () => send({ type: 'pong', sequence: 0, rssBytes: 0, turns: 0 }, server))
    return 'sent'
  },
  internal: () => { send({ cmd: 'NODE_HANDLE_ACK' }); return 'sent' },
  stop: (sender, times = 1) => {
    for (let at = 0; at < times; at += 1) send({ type: 'stop-asked', provider: 'simulator', sender })
    return 'asked'
  },
  intend: (intentId) => {
    const intent = {
      act: 'message.send', outboundId: 'out-' + intentId, provider: 'simulator', chatId: 'owner', recipient: 'owner', session: 'main',
      purpose: 'answer', replyTo: 'event', part: 1, parts: 1, length: 0, textSha256: '0'.repeat(64),
    }
    send({ type: 'intent', intentId: Number(intentId), intent })
    return 'asked'
  },
  tool: (intentId, tool, place, argsSha256, approval) => {
    const intent = {
      act: 'tool.run', tool, place, provider: 'simulator', sender: 'owner', session: 'main', eventId: 'event',
      callId: 'call-' + intentId, length: 2, argsSha256, approval: approval === undefined ? null : Number(approval),
    }
    send({ type: 'intent', intentId: Number(intentId), intent })
    return 'asked'
  },
  host: (askId, ...command) => {
    send({
      type: 'approval-ask', askId: Number(askId), provider: 'simulator', sender: 'owner', session: 'main',
      command: { command: command.join(' '), cwd: '', env: {} },
    })
    return 'asked'
  },
  conclude: (intentId, result) => {
    send({ type: 'outcome', intentId: Number(intentId), result, detail: '' })
    return 'said'
  },
  claim: (length) => {
    const claims = { ['c'.repeat(Number(length))]: 'x' }
    send({ type: 'pairing-ask', askId: 7, provider: 'simulator', sender: 'eve', account: null, moved: null, claims, answer: true })
    return 'asked'
  },
  deaf: () => {
    const ask = { type: 'pairing-ask', askId: 1, provider: 'slack', sender: 'eve', account: null, moved: null, claims: {}, answer: true }
    pour(Buffer.from((JSON.stringify(ask) + '\n').repeat(8000)))
    for (;;);
  },
  bytes: (base64) => { pour(Buffer.from(base64, 'base64')); return 'written' },
  endless: () => { pour(Buffer.alloc(100e6, 'x')); return 'written' },
  deep: () => { pour(Buffer.from('['.repeat(5e5) + ']'.repeat(5e5) + '\n')); return 'written' },
  env: () => Object.keys(process.env).sort().join(),
  pid: () => String(process.pid),
  silence: () => { acknowledges = false; return 'silent' },
  print: (...text) => { console.log(text.join(' ')); return 'printed' },
  exit: (code) => process.exit(Number(code)),
  block: () => { for (;;); },
  gush: (text) => {
    const bytes = Buffer.from((text ?? '').concat('\n').repeat(1 << 16))
    for (;;) try { fs.writeSync(1, bytes) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  },
  garbage: () => { send({ type: 'nonsense' }); return 'sent' },
  flood: () => { for (let at = 0; at < 15000; at += 1) send({ type: 'ack', revision: 0 }); return 'sent' },
  // Resolves: the only word that is answered later.
  load: (name) => import(name).then((module) => 'ok ' + Object.keys(module).length, (error) => error.code ?? String(error)),
  phone: (state, ...detail) => {
    send({ type: 'provider', status: { provider: 'whatsapp', state, detail: detail.join(' ') } })
    return 'said'
  },
  code: (text, until) => {
    link(text === undefined ? null : { text, until: Number(until ?? Date.now() + 60_000) }, null)
    return 'said'
  },
  self: (number) => {
    link(null, number === undefined ? null : { number, account: '777000111222333@lid', name: 'Bot' })
    return 'said'
  },
  ask: (sender, name) => {
    send({ type: 'pairing-ask', askId: 7, provider: 'simulator', sender, account: null, moved: null, claims: { name }, answer: true })
    return 'asked'
  },
  bind: (number, account) => { send({ type: 'bind', provider: 'whatsapp', number, account }); return 'said' },
}
let told
process.on('message', (message) => {
  switch (message.type) {
    case 'start':
      told = message.people
      send({ type: 'hello', runId: message.runId, pid: process.pid })
      if (mode.includes('never-ready')) return
      if (mode.includes('crashes')) { console.error('boom'); process.exit(3) }
      if (mode.includes('out-of-disk')) { console.error('Error: ENOSPC: no space left on device, write'); process.exit(1) }
      send({ type: 'provider', status: { provider: 'simulator', state: 'connected', detail: '' } })
      // As the real one: first that it connects, and a moment later as whom.
      if (message.whatsapp !== null) words.phone(mode.includes('linked') ? 'connecting' : 'unlinked')
      if (mode.includes('linked')) setTimeout(() => { words.self('+15550002222'); words.phone('connected') }, 20)
      send({ type: 'ready', runId: message.runId })
      return
    case 'link':
      send({ type: 'simulated', at: Date.now(), sender: 'owner', messageId: 'link', text: message.act })
      if (!mode.includes('deaf-phone')) linked(message.act)
      return
    case 'people':
      told = message
      if (acknowledges) send({ type: 'ack', revision: message.revision })
      return
    case 'ping':
      send({ type: 'pong', sequence: message.sequence, rssBytes: process.memoryUsage.rss(), turns: 0 })
      return
    case 'stop':
      if (mode.includes('contradicts')) {
        const asked = { type: 'stop-asked', provider: 'simulator', sender: 'nobody' }
        process.send(asked, () => process.exit(0))
        return
      }
      if (stops) process.exit(0)
      return
    case 'simulate': {
      const [word, ...rest] = message.text.split(' ')
      const answer = word === 'told' ? JSON.stringify(told) : words[word](...rest)
      const say = (text) =>
        send({ type: 'simulated', at: Date.now(), sender: message.sender, messageId: message.text, text })
      if (answer instanceof Promise) answer.then(say)
      else say(answer)
      return
    }
    case 'pairing-answer':
    case 'intent-answer':
    case 'approval-answer':
    case 'notify':
      send({ type: 'simulated', at: Date.now(), sender: 'owner', messageId: message.type, text: JSON.stringify(message) })
  }
})
`

export const fakeGateway = (): string => PROGRAM
