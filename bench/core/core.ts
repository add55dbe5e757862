import type { Benchmark } from '../figure.ts'
import { appUsable } from './app-usable.ts'
import { approveAccepted } from './approve-accepted.ts'
import { cliPairingList } from './cli-pairing-list.ts'
import { flood } from './flood.ts'
import { gateDecisions } from './gate-decisions.ts'
import { gatewayReady } from './gateway-ready.ts'

export const core: readonly Benchmark[] = [
  gatewayReady,
  cliPairingList,
  gateDecisions,
  flood,
  approveAccepted,
  appUsable,
]
