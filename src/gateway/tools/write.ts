import { z } from 'zod'
import { ABORTED, filePath, handTool, notDone, unlessAborted } from './hand-tool.ts'

/** UTF-16 units. No model of ours says as much in one answer. */
const MAX_CONTENT = 1024 * 1024

export const write = handTool({
  name: 'write',
  description: 'Writes a whole text file, over one that is there, and makes the folders that it needs.',
  schema: z.strictObject({ path: filePath, content: z.string().max(MAX_CONTENT) }),
  prepare: ({ path, content }) => ({
    act: async (client, signal) => {
      const answer = await unlessAborted(signal, client.write(path, new TextEncoder().encode(content)))
      if (answer.kind === 'aborted') return ABORTED
      if (answer.kind !== 'written') return notDone(answer)
      const { size, created } = answer
      const text = `${created ? 'Made' : 'Overwrote'} ${path}: ${size} bytes.`
      return { outcome: 'done', detail: `${size} bytes`, text, isError: false }
    },
  }),
})
