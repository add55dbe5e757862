import { visibleLine } from '../../shared/domain/visible-text.ts'
import { type ListedBox, listBoxes } from '../../supervisor/sandbox/explain/list-boxes.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'

/** Every sandbox on this machine as Docker reports it, compared with what the config asks for. */
export const sandboxList = async (
  context: CliContext,
  options: { readonly json?: boolean },
): Promise<void> => {
  const boxes = await listBoxes(context)
  if (options.json === true) {
    context.print(toSafeJson({ sandboxes: boxes }))
    return
  }
  if (boxes.length === 0) context.print('There is no sandbox.')
  for (const box of boxes) for (const line of linesOf(box)) context.print(visibleLine(line))
}

const MIB = 1024 * 1024

const linesOf = (box: ListedBox): readonly string[] => [
  `${box.name}  ${box.state}  ${box.session === '' ? 'no session' : box.session}`,
  `  ${[
    `image ${box.image}`,
    `user ${box.user}`,
    `network ${box.network}`,
    `root ${box.readOnlyRoot ? 'read only' : 'writable'}`,
    `capabilities ${box.capabilities}`,
  ].join(', ')}`,
  `  memory ${ofLimit(inMib(box.memory), inMib(box.memoryLimit))} MiB, processes ${ofLimit(box.processes, box.processLimit)}`,
  ...box.mounts.map(({ source, target, mode }) => `  ${target} is ${source} (${mode})`),
  ...(box.holder === null ? [] : [`  held by process ${String(box.holder)}`]),
  ...box.drift.map(({ what, wanted, found }) => `  differs: ${what}: wanted ${wanted}, found ${found}`),
]

const inMib = (bytes: number | null): number | null => (bytes === null ? null : Math.round(bytes / MIB))

const ofLimit = (used: number | null, limit: number | null): string =>
  `${used === null ? 'unknown' : String(used)} of ${limit === null ? 'no limit' : String(limit)}`
