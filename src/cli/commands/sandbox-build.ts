import { loadConfig } from '../../shared/state/config/load.ts'
import { buildSandboxImage } from '../../supervisor/sandbox/image/build-sandbox-image.ts'
import type { CliContext } from '../context.ts'
import { inAudit } from '../in-audit.ts'

/** Makes the image that the config names for sandboxes, and shows how it goes. A signal ends it; nothing of it stays. */
export const sandboxBuild = async (context: CliContext): Promise<void> => {
  const { paths, env, appRoot, print } = context
  const { image } = (await loadConfig(paths, env)).sandbox.docker
  const ending = new AbortController()
  const end = (): void => ending.abort(new Error('The build was ended.'))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, end)
  try {
    await inAudit(context, 'grants', { act: 'sandbox.build', detail: { image } }, () =>
      buildSandboxImage({ env, appRoot, image, onLine: print, signal: ending.signal }),
    )
  } finally {
    for (const signal of signals) process.off(signal, end)
  }
  print(`The image ${image} is there. New sandboxes are made of it.`)
}
