// A tar archive, as little of it as a few small entries need. POSIX.1-1988 (ustar).

export type TarEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'program' | 'file'; readonly path: string; readonly contents: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }

const BLOCK = 512
const TYPES = { program: '0', file: '0', link: '2', folder: '5' } as const

const header = (entry: TarEntry): Buffer => {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  }
  block.write(entry.path, 0, 100, 'utf8')
  octal(entry.kind === 'file' ? 0o644 : 0o755, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal('contents' in entry ? entry.contents.length : 0, 124, 12)
  octal(0, 136, 12)
  // The checksum counts its own field as blanks.
  block.write('        ', 148, 'latin1')
  block.write(TYPES[entry.kind], 156, 'latin1')
  if (entry.kind === 'link') block.write(entry.to, 157, 100, 'utf8')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

export const tar = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) => {
      if (!('contents' in entry)) return [header(entry)]
      const padding = (BLOCK - (entry.contents.length % BLOCK)) % BLOCK
      return [header(entry), entry.contents, Buffer.alloc(padding)]
    }),
    Buffer.alloc(2 * BLOCK),
  ])
