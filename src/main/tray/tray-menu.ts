// What the tray shows, as plain data. Everything in it works without the window.
import type { AppState } from '../../shared/contracts/app-state.ts'
import { isProvenStopped } from '../../shared/contracts/stop-views.ts'
import { gatewayWords } from './gateway-words.ts'

export type TrayImage = 'idle' | 'waiting' | 'locked'

export type TrayAct =
  | { readonly kind: 'show'; readonly screen: 'pairing' | 'security' | null }
  | { readonly kind: 'gateway'; readonly wish: 'start' | 'stop' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'quit' }

type TrayEntry =
  | { readonly label: string; readonly act: TrayAct | null }
  /** A line between groups. */
  | 'line'

export interface TrayView {
  readonly image: TrayImage
  readonly tooltip: string
  readonly entries: readonly TrayEntry[]
}

type Shown = Pick<AppState, 'gateway' | 'lockdown' | 'requests'>

/** Locked down wins over somebody who waits: it is what the owner has to know first. */
export const trayView = (state: Shown): TrayView => {
  const { lockdown, requests } = state
  const locked = isLocked(state)
  const words = gatewayWords(state)
  const waiting = requests.length
  return {
    image: locked ? 'locked' : waiting > 0 ? 'waiting' : 'idle',
    tooltip: `Clawdbot: ${words}${waiting > 0 ? `, ${waiting} waiting` : ''}`,
    entries: [
      { label: words, act: null },
      ...(locked ? lockedEntries(lockdown) : []),
      ...(waiting > 0 ? [entry(`${waiting} waiting to be let in`, { kind: 'show', screen: 'pairing' })] : []),
      'line',
      entry('Show Clawdbot', { kind: 'show', screen: null }),
      ...(locked ? [] : [gatewayEntry(state)]),
      'line',
      // Also while it is locked: something may have survived, or somebody may have started something by hand.
      entry('STOP everything', { kind: 'stop' }),
      'line',
      entry('Quit', { kind: 'quit' }),
    ],
  }
}

const entry = (label: string, act: TrayAct): TrayEntry => ({ label, act })

const isLocked = ({ gateway, lockdown }: Shown): boolean => gateway.phase === 'locked' || lockdown !== null

const lockedEntries = (lockdown: AppState['lockdown']): readonly TrayEntry[] => {
  const result = lockdown?.result ?? null
  const doubt = result !== null && !isProvenStopped(result)
  return [
    ...(doubt ? [{ label: 'NOT everything is proven to be stopped', act: null }] : []),
    entry('What to do now…', { kind: 'show', screen: 'security' }),
  ]
}

const gatewayEntry = ({ gateway }: Shown): TrayEntry => {
  const idle = gateway.phase === 'stopped' || gateway.phase === 'failed' || gateway.phase === 'backing-off'
  return idle
    ? entry('Start gateway', { kind: 'gateway', wish: 'start' })
    : entry('Stop gateway', { kind: 'gateway', wish: 'stop' })
}
