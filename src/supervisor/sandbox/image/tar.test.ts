import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tar } from './tar.ts'

test.skipIf(process.platform === 'win32')('another tar unpacks it: folders, programs, links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-tar-'))
  try {
    const contents = Buffer.alloc(1_000, 'x')
    const archive = tar([
      { kind: 'folder', path: 'bin/' },
      { kind: 'program', path: 'bin/one', contents },
      { kind: 'program', path: 'bin/block', contents: Buffer.alloc(512, 'y') },
      { kind: 'file', path: 'Dockerfile', contents },
      { kind: 'link', path: 'bin/sh', to: 'one' },
    ])
    execFileSync('tar', ['-xf', '-', '-C', folder], { input: archive })
    expect(readFileSync(join(folder, 'bin/one'))).toEqual(contents)
    expect(statSync(join(folder, 'bin/one')).mode & 0o777).toBe(0o755)
    expect(readFileSync(join(folder, 'bin/block'))).toHaveLength(512)
    expect(statSync(join(folder, 'Dockerfile')).mode & 0o777).toBe(0o644)
    expect(readlinkSync(join(folder, 'bin/sh'))).toBe('one')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
