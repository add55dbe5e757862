import { app, type BrowserWindow } from 'electron'
import type { ApprovalView } from '../shared/contracts/hands-views.ts'
import type { PairingRequestView } from '../shared/contracts/people-views.ts'
import { PROVIDER_LABEL } from '../shared/domain/provider.ts'
import { notice } from './notice.ts'

/**
 * Returns a function to be told who waits: it raises a native notification for a pairing request that
 * was not there before, and keeps the badge at the number waiting. No text of the stranger is shown
 * outside the window; a click brings the request up.
 */
export const createRequestNotifier = (
  window: BrowserWindow,
  showRequest: (request: PairingRequestView) => void,
): ((requests: readonly PairingRequestView[]) => void) => {
  let known = new Set<string>()
  return (requests) => {
    const waiting = new Set(requests.map((request) => `${request.provider}:${request.code}`))
    app.setBadgeCount(waiting.size)
    for (const request of requests) {
      if (known.has(`${request.provider}:${request.code}`) || isLookedAt(window)) continue
      notice({
        title: 'Somebody asks for access',
        body: `${PROVIDER_LABEL[request.provider]} ${request.id}`,
        onClick: () => showRequest(request),
      })
    }
    known = waiting
  }
}

/**
 * The same for commands that wait for the owner's word: what waits is said, never the command, which may hold anything.
 */
export const createApprovalNotifier = (
  window: BrowserWindow,
  show: () => void,
): ((approvals: readonly ApprovalView[]) => void) => {
  let known = new Set<number>()
  return (approvals) => {
    for (const { id, provider, sender } of approvals) {
      if (known.has(id) || isLookedAt(window)) continue
      notice({
        title: 'A command for this machine waits for you',
        body: `${PROVIDER_LABEL[provider]} ${sender}`,
        onClick: show,
      })
    }
    known = new Set(approvals.map(({ id }) => id))
  }
}

const isLookedAt = (window: BrowserWindow): boolean => !window.isDestroyed() && window.isFocused()
