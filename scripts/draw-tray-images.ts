// Draws the tray's images into assets/tray: `node scripts/draw-tray-images.ts`. Their shapes differ, not only their
// colours; those of macOS are black on nothing, as it tints them itself.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

type Point = readonly [x: number, y: number]
type Colour = readonly [red: number, green: number, blue: number]
/** Is this point, in a square of 16 by 16, part of the shape? */
type Shape = (x: number, y: number) => boolean
/** Painted over what is below it; null cuts a hole. */
type Layer = readonly [colour: Colour | null, shape: Shape]

const SIDE = 16
const SAMPLES = 8
const STROKE = 1.6

const curve = (from: Point, one: Point, two: Point, to: Point): readonly Point[] =>
  Array.from({ length: 24 }, (_, index) => {
    const t = (index + 1) / 24
    const u = 1 - t
    const at = (axis: 0 | 1): number =>
      u ** 3 * from[axis] + 3 * u * u * t * one[axis] + 3 * u * t * t * two[axis] + t ** 3 * to[axis]
    return [at(0), at(1)] as const
  })

/** The sign of the window: the same paths as beside the name. */
const SHIELD: readonly Point[] = [
  [8, 1.5],
  [13.5, 4],
  [13.5, 8],
  ...curve([13.5, 8], [13.5, 11.2], [11.2, 13.4], [8, 14.5]),
  ...curve([8, 14.5], [4.8, 13.4], [2.5, 11.2], [2.5, 8]),
  [2.5, 4],
  [8, 1.5],
]
const ARCH: readonly Point[] = [
  [5.5, 7.5],
  ...curve([5.5, 7.5], [5.5, 6], [6.5, 5], [8, 5]),
  ...curve([8, 5], [9.5, 5], [10.5, 6], [10.5, 7.5]),
]
const POST: readonly Point[] = [
  [8, 7.5],
  [8, 10.5],
]

const pairs = (line: readonly Point[]): readonly (readonly [Point, Point])[] =>
  line.slice(1).map((to, index) => [line[index] ?? to, to])

const distance = ([ax, ay]: Point, [bx, by]: Point, x: number, y: number): number => {
  const [dx, dy] = [bx - ax, by - ay]
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

const stroke =
  (width: number, ...lines: readonly (readonly Point[])[]): Shape =>
  (x, y) =>
    lines.some((line) => pairs(line).some(([from, to]) => distance(from, to, x, y) <= width / 2))

const filled =
  (outline: readonly Point[]): Shape =>
  (x, y) =>
    pairs(outline).filter(
      ([[ax, ay], [bx, by]]) => ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax,
    ).length %
      2 ===
    1

const disc =
  (cx: number, cy: number, radius: number): Shape =>
  (x, y) =>
    Math.hypot(x - cx, y - cy) <= radius

const box =
  (left: number, top: number, right: number, bottom: number): Shape =>
  (x, y) =>
    x >= left && x <= right && y >= top && y <= bottom

const both =
  (...shapes: readonly Shape[]): Shape =>
  (x, y) =>
    shapes.some((shape) => shape(x, y))

const SHACKLE: readonly Point[] = [
  [6.3, 7.5],
  [6.3, 6.2],
  ...curve([6.3, 6.2], [6.3, 3.9], [9.7, 3.9], [9.7, 6.2]),
  [9.7, 7.5],
]

const sign = (colour: Colour): Layer => [colour, stroke(STROKE, SHIELD, ARCH, POST)]

const images = (main: Colour, badge: Colour, stop: Colour): Readonly<Record<string, readonly Layer[]>> => ({
  idle: [sign(main)],
  waiting: [sign(main), [null, disc(12.8, 3.2, 4)], [badge, disc(12.8, 3.2, 3)]],
  locked: [
    [stop, both(filled(SHIELD), stroke(STROKE, SHIELD))],
    [null, both(box(5, 7, 11, 11.5), stroke(1.3, SHACKLE))],
  ],
})

/** The share of each pixel that each layer covers, over a grid of samples: no edge is jagged. */
const draw = (layers: readonly Layer[], pixels: number): Buffer => {
  const rows: Buffer[] = []
  for (let row = 0; row < pixels; row += 1) {
    // A row of a PNG begins with its filter: none.
    const line = Buffer.alloc(1 + pixels * 4)
    for (let column = 0; column < pixels; column += 1) {
      line.set(pixelOf(layers, column, row, SIDE / pixels), 1 + column * 4)
    }
    rows.push(line)
  }
  return png(pixels, Buffer.concat(rows))
}

const pixelOf = (layers: readonly Layer[], column: number, row: number, size: number): readonly number[] => {
  const sum = [0, 0, 0]
  let covered = 0
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) * size
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) * size
    const colour = layers.findLast(([, shape]) => shape(x, y))?.[0]
    if (colour === undefined || colour === null) continue
    covered += 1
    for (const [index, value] of colour.entries()) sum[index] = (sum[index] ?? 0) + value
  }
  return [
    ...sum.map((value) => Math.round(value / Math.max(1, covered))),
    Math.round((255 * covered) / SAMPLES ** 2),
  ]
}

const png = (pixels: number, rows: Buffer): Buffer => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(pixels, 0)
  head.writeUInt32BE(pixels, 4)
  // Eight bits a channel, red green blue and alpha.
  head.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

const folder = join(import.meta.dirname, '..', 'assets', 'tray')
mkdirSync(folder, { recursive: true })

const write = (name: string, layers: readonly Layer[], pixels: number): void => {
  writeFileSync(join(folder, `${name}.png`), draw(layers, pixels))
  writeFileSync(join(folder, `${name}@2x.png`), draw(layers, pixels * 2))
}

/** Each stands out on a light panel and on a dark one. */
for (const [name, layers] of Object.entries(images([52, 139, 222], [232, 147, 12], [218, 54, 45]))) {
  write(name, layers, SIDE)
  write(`${name}-32`, layers, 2 * SIDE)
}
for (const [name, layers] of Object.entries(images([0, 0, 0], [0, 0, 0], [0, 0, 0]))) {
  write(`${name}Template`, layers, SIDE)
}
