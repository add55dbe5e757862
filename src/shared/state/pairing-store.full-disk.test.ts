import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readApproved } from './allow-store.ts'
import { approveSender, listRequests, requestPairing } from './pairing-store.ts'
import { prepareStateDir, resolveStatePaths } from './state-dir.ts'
import { NOW, sender, tempFolder } from './testing/temp-state.ts'

const BLOCK = 4096

it('an approval says that it failed only where nobody was let in, wherever the disk was full', async ({
  skip,
}) => {
  const folder = await tempFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', folder])
  if (mounted.status !== 0) skip('this machine lets nobody mount')
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  const outcomes = new Set<string>()
  for (let free = 0; free < 10; free += 1) {
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(folder, 'state') }, '/')
    await prepareStateDir(paths)
    const options = { answer: true, silent: false }
    const outcome = await requestPairing(paths, 'telegram', sender('42'), {}, NOW, options)
    const code = outcome.kind === 'created' ? outcome.request.code : ''
    const fillers = Array.from({ length: 40 }, (_, n) => join(folder, `filler-${n}`))
    for (const filler of fillers) spawnSync('dd', ['if=/dev/zero', `of=${filler}`, `bs=${BLOCK}`, 'count=1'])
    for (const filler of fillers.slice(0, free)) rmSync(filler, { force: true })
    const said = await approveSender(paths, 'telegram', sender('42'), code, NOW).then(
      () => 'approved',
      () => 'failed',
    )
    const letIn = await readApproved(paths, 'telegram')
    expect({ free, letIn }).toEqual({ free, letIn: said === 'approved' ? ['42'] : [] })
    outcomes.add(said)
    for (const filler of fillers) rmSync(filler, { force: true })
    // What was left undone is finished by the next change.
    await requestPairing(paths, 'telegram', sender('43'), {}, NOW, options)
    expect((await listRequests(paths, 'telegram', NOW)).map(({ id }) => id)).toEqual(
      said === 'approved' ? ['43'] : ['42', '43'],
    )
    rmSync(paths.root, { recursive: true })
  }
  expect([...outcomes].toSorted()).toEqual(['approved', 'failed'])
})
