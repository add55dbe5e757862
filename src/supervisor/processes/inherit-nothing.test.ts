import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Starts a child that lists what it has open of `secret`, from a process that holds it open for its children. */
const seenByChild = async (how: 'plain' | 'guarded'): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-inherit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'x')
  const guard = JSON.stringify(join(import.meta.dirname, 'inherit-nothing.ts'))
  const list = `const fs = require('fs'); for (const fd of fs.readdirSync('/proc/self/fd')) { try { console.log(fd + ' ' + fs.readlinkSync('/proc/self/fd/' + fd)) } catch {} }`
  // A descriptor given by number loses its close-on-exec mark, as all of Chromium's are without.
  const middle = `
    import { spawn } from 'node:child_process'
    import { inheritNothing } from ${guard}
    const start = (stdio) => spawn(process.execPath, ['-e', ${JSON.stringify(list)}], { stdio })
    const stdio = ['ignore', 'inherit', 'inherit']
    ${how === 'plain' ? 'start(stdio)' : 'inheritNothing(stdio, start)'}
  `
  // A shell opens files so that whatever it executes keeps them; high, where Node itself does not look.
  const program = `exec 9<"$1"; exec "$2" --input-type=module -e "$3"`
  const child = spawn('bash', ['-c', `exec 200<"$1"; ${program}`, 'sh', secret, process.execPath, middle], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return output
    .split('\n')
    .filter((line) => line.endsWith(secret))
    .join('\n')
}

const hasBash = (): boolean => {
  try {
    execFileSync('bash', ['-c', 'true'])
    return true
  } catch {
    // Not installed: the shell that is may not open a descriptor of two digits.
    return false
  }
}

describe.runIf(process.platform === 'linux' && hasBash())('a child process', () => {
  it('has nothing open that its parent had open for children', async () => {
    expect(await seenByChild('plain')).not.toBe('')
    expect(await seenByChild('guarded')).toBe('')
  })
})
