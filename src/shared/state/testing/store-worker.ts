// Test support, a program of its own: one of several processes that use the stores at once.
// argv: role, state directory, then the senders (requester, adder) or how many to approve (approver).
// Prints the ids that it has done.
import { setTimeout as sleep } from 'node:timers/promises'
import { ClawdbotError } from '../../domain/error.ts'
import { parseSenderId } from '../../domain/identity.ts'
import { addApproved } from '../allow-store.ts'
import { approveByCode, listRequests, requestPairing } from '../pairing-store.ts'
import { resolveStatePaths } from '../state-dir.ts'

const [role = '', root = '', ...rest] = process.argv.slice(2)
const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, '/nowhere')
const done: string[] = []

const senders = rest.map((id) => {
  const sender = parseSenderId('telegram', id)
  if (sender === undefined) throw new Error(`not an id: ${id}`)
  return sender
})

if (role === 'adder') {
  for (const sender of senders) if (await addApproved(paths, 'telegram', sender)) done.push(sender)
}

if (role === 'requester') {
  for (const sender of senders) {
    for (;;) {
      const options = { answer: true, silent: false }
      const outcome = await requestPairing(paths, 'telegram', sender, {}, Date.now(), options)
      if (outcome.kind === 'created') done.push(sender)
      if (outcome.kind !== 'full') break
      await sleep(5)
    }
  }
}

if (role === 'approver') {
  // Until the parent says on stdin that all were approved, by whichever process.
  const stop = new AbortController()
  process.stdin.once('data', () => stop.abort())
  while (!stop.signal.aborted) {
    for (const { code } of await listRequests(paths, 'telegram', Date.now())) {
      try {
        done.push((await approveByCode(paths, 'telegram', code, Date.now())).request.id)
      } catch (error) {
        // The other approver was faster; everything else is a failure of the test.
        if (!(error instanceof ClawdbotError) || error.code !== 'code_unknown') throw error
      }
    }
    await sleep(5)
  }
}

process.stdout.write(JSON.stringify(done))
process.exit(0)
