import { app, type BrowserWindow } from 'electron'
import type { PairingRequestView } from '../shared/contracts/app-state.ts'
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

const isLookedAt = (window: BrowserWindow): boolean => !window.isDestroyed() && window.isFocused()
