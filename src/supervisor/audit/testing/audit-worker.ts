// Test support, a program of its own that uses an audit until it is killed, or for so many records.
// argv: what, state directory, then
//   `act`: a file to which each act appends the number of its intent, durably. For ever.
//   `write`: how many records. Prints the number of each acknowledged one.
//   `lock`: how often, and a file; each time it adds one to the number in the file, slowly.
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { resolveStatePaths } from '../../../shared/state/state-dir.ts'
import { openAudit } from '../audit.ts'
import { createAuditLock } from '../audit-lock.ts'
import { NOTE, SEND } from './audit-files.ts'

const [what = '', root = '', first = '', second = ''] = process.argv.slice(2)
const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: root }, '/nowhere')
const say = (text: string): void => void process.stdout.write(`${text}\n`)

if (what === 'act') {
  const limits = { checkpointRecords: 8, segmentBytes: 8_000 }
  const audit = await openAudit({ paths, now: Date.now, limits })
  const acts = await open(first, 'a')
  for (let n = 0; ; n += 1) {
    const ref = await audit.intend(SEND)
    await acts.write(`${ref.seq}\n`)
    await acts.datasync()
    audit.conclude(ref, 'sent')
    if (n === 0) say('acting')
  }
}

if (what === 'write') {
  const audit = await openAudit({ paths, now: Date.now, limits: { checkpointRecords: 16 } })
  for (let n = 0; n < Number(first); n += 1) say(String((await audit.record(NOTE)).seq))
  await audit.close()
}

if (what === 'lock') {
  const lock = createAuditLock(paths.audit, 60_000)
  for (let n = 0; n < Number(first); n += 1) {
    await lock.hold(async () => {
      const count = Number(await readFile(second, 'utf8'))
      await setImmediate()
      const next = `${second}.${process.pid}`
      await writeFile(next, String(count + 1))
      await rename(next, second)
    })
    say('counted')
  }
  await lock.close()
}
