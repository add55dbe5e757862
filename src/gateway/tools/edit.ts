import { z } from 'zod'
import { MAX_BODY_BYTES } from '../../shared/contracts/helper.ts'
import { ABORTED, filePath, handTool, notDone, unlessAborted } from './hand-tool.ts'

export const edit = handTool({
  name: 'edit',
  description:
    'Replaces one place in a text file. oldText must be there exactly once, letter by letter, white space included.',
  schema: z.strictObject({
    path: filePath,
    oldText: z.string().min(1).max(MAX_BODY_BYTES),
    newText: z.string().max(MAX_BODY_BYTES),
  }),
  prepare: ({ path, oldText, newText }) => {
    const [before, after] = [oldText, newText].map((text) => new TextEncoder().encode(text))
    if (before === undefined || after === undefined || before.length + after.length > MAX_BODY_BYTES) {
      return `The texts of edit are longer than ${MAX_BODY_BYTES} bytes together; nothing was done.`
    }
    return {
      act: async (client, signal) => {
        const answer = await unlessAborted(signal, client.edit(path, before, after))
        if (answer.kind === 'aborted') return ABORTED
        if (answer.kind !== 'edited') return notDone(answer)
        const { line, size } = answer
        const text = `Replaced in line ${line} of ${path}, which has ${size} bytes now.`
        return { outcome: 'done', detail: `${size} bytes`, text, isError: false }
      },
    }
  },
})
