// A transcript by somebody who wants the screen, the export or the index to do something.
export const HOSTILE = '66666666-6666-4666-8666-666666666666'

const RIGHT_TO_LEFT = '\u202e'
const ZERO_WIDTH = '\u200b'
const ESCAPE = '\u001b'

const at = (second: number): string => new Date(Date.UTC(2026, 1, 3, 4, 5, second)).toISOString()

/** Texts that would do something in a page, a terminal or a Markdown reader. */
const HOSTILE_TEXTS: readonly string[] = [
  '<script>window.hostile = 1</script><img src=x onerror="window.hostile = 1">',
  '[click](javascript:window.hostile=1) javascript:alert(1) https://example.com/?q=<svg/onload=window.hostile=1>',
  `${ESCAPE}[2J${ESCAPE}[31mred${ESCAPE}]8;;https://example.com${ESCAPE}\\link${ESCAPE}]8;;${ESCAPE}\\ ${ESCAPE}]0;title\u0007`,
  `approve ${RIGHT_TO_LEFT}txet siht${ZERO_WIDTH}${ZERO_WIDTH} exe.invoice\u2066`,
  `# heading\n\n---\n\n\`\`\`\nfence\n\`\`\`\`\n</pre></details><style>*{display:none}</style>`,
  `combining ${'a\u0301'.repeat(5)}${'\u0301'.repeat(3_000)}`,
  `nospace${'x'.repeat(200_000)}`,
  '{{constructor.constructor("window.hostile=1")()}} ${window.hostile=1} <!--',
]

/** Pi's format, version 3; the texts in turn as the user's, the agent's and a tool's. */
export const hostileTranscript = (): string => {
  const lines: string[] = [
    JSON.stringify({ type: 'session', version: 3, id: HOSTILE, timestamp: at(0), cwd: '<b>/</b>' }),
  ]
  let parentId: string | null = null
  const add = (message: object): void => {
    const id = (0xc000_0000 + lines.length).toString(16)
    lines.push(JSON.stringify({ type: 'message', id, parentId, timestamp: at(lines.length), message }))
    parentId = id
  }
  for (const [index, text] of HOSTILE_TEXTS.entries()) {
    add({ role: 'user', content: [{ type: 'text', text }] })
    const call = {
      type: 'toolCall',
      id: `call_${index}`,
      name: text.slice(0, 40),
      arguments: { command: text },
    }
    add({ role: 'assistant', content: [{ type: 'thinking', thinking: text }, { type: 'text', text }, call] })
    add({
      role: 'toolResult',
      toolCallId: `call_${index}`,
      toolName: 'bash',
      content: [{ type: 'text', text }],
    })
  }
  lines.push(
    `{"type":"message","id":"dddddddd","parentId":null,"timestamp":"${at(50)}","message":${deep(100_000)}}`,
  )
  lines.push('{"__proto__":{"polluted":true},"type":"constructor"}')
  lines.push('\u0000\u0001\ufffd')
  return `${lines.join('\n')}\n`
}

/** One line of so many bytes, of which the text is one word. */
export const longLine = (bytes: number): string =>
  `${JSON.stringify({
    type: 'message',
    id: 'eeeeeeee',
    parentId: null,
    timestamp: at(55),
    message: { role: 'user', content: [{ type: 'text', text: 'y'.repeat(bytes) }] },
  })}\n`

const deep = (levels: number): string => `${'[['.repeat(levels / 2)}${']]'.repeat(levels / 2)}`
