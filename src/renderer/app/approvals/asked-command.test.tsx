import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { approvalView } from '../../test/app-state.ts'
import { AskedCommand, WhoAsks } from './asked-command.tsx'

const drawCommand = (changed: Parameters<typeof approvalView>[0]): string =>
  renderToStaticMarkup(<AskedCommand ref={null} id="x" read approval={approvalView(changed)} />)

describe('the card of a command that waits', () => {
  it('shows the whole command, however long, with a mark for what would not show', () => {
    const drawn = drawCommand({ command: `${'true;'.repeat(6000)}\u202E rm` })
    expect(drawn).toContain('true;'.repeat(6000))
    expect(drawn).toContain('U+202E')
    expect(drawn).not.toContain('\u202E')
  })

  it('shows the variables in the same box, since they change what a command does', () => {
    expect(drawCommand({ env: { LD_PRELOAD: '/tmp/x.so' } })).toContain('LD_PRELOAD=/tmp/x.so')
    expect(drawCommand({})).not.toContain('variables')
  })

  it('calls a claimed name unverified, and the id by which rights are given exact', () => {
    const drawn = renderToStaticMarkup(
      <WhoAsks
        workspace="/home/olga/work"
        approval={approvalView({ sender: '42', claimedName: 'Olga', session: 'telegram:dm:42' })}
      />,
    )
    expect(drawn).toMatch(/Olga.*unverified/)
    expect(drawn).toContain('telegram:dm:42')
    expect(renderToStaticMarkup(<WhoAsks workspace="" approval={approvalView()} />)).not.toContain(
      'unverified',
    )
  })
})
