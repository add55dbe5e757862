import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol, type Session } from 'electron'

const SCHEME = 'app'
export const APP_ORIGIN = `${SCHEME}://clawdbot`
export const APP_URL = `${APP_ORIGIN}/index.html`

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** To be called before the app is ready: the page gets a proper origin instead of `file:`. */
export const registerAppScheme = (): void =>
  protocol.registerSchemesAsPrivileged([
    {
      scheme: SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: false, corsEnabled: false },
    },
  ])

/** Serves the built page from `folder`, and cuts every other request that the page could make. */
export const serveApp = (session: Session, folder: string): void => {
  session.protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url)
    const path = normalize(join(folder, decodeURIComponent(url.pathname)))
    const type = TYPES[extname(path)]
    if (
      `${url.protocol}//${url.host}` !== APP_ORIGIN ||
      !path.startsWith(folder + sep) ||
      type === undefined
    ) {
      return new Response('not found', { status: 404 })
    }
    try {
      return new Response(new Uint8Array(await readFile(path)), {
        headers: { 'content-type': type, 'x-content-type-options': 'nosniff' },
      })
    } catch {
      // The page asks for its own built files only; one that is missing is an incomplete build.
      return new Response('not found', { status: 404 })
    }
  })
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !details.url.startsWith(`${APP_ORIGIN}/`) && !details.url.startsWith('devtools:') })
  })
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
}
