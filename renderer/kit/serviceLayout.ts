/** Where the boxes and lines of a service map go. Pure arithmetic, so that it can be tested without a page. */

export interface MapNode {
  id: string
  calls: readonly string[]
}

export interface Box {
  id: string
  x: number
  y: number
}

export interface Edge {
  from: string
  to: string
  /** Corners of the line, from the caller's right side to the left side of the called. */
  points: readonly { x: number; y: number }[]
}

export const boxWidth = 146
export const boxHeight = 66
const rowGap = 24

/** The column of each node: one right of its farthest caller. Calls that close a circle are ignored. */
export function columnsOf(nodes: readonly MapNode[]): string[][] {
  const depth = new Map<string, number>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const visit = (id: string, at: number, path: readonly string[]) => {
    if (path.includes(id) || at <= (depth.get(id) ?? -1)) return
    depth.set(id, at)
    for (const call of byId.get(id)?.calls ?? []) if (byId.has(call)) visit(call, at + 1, [...path, id])
  }
  const called = new Set(nodes.flatMap((node) => node.calls))
  const roots = nodes.filter((node) => !called.has(node.id))
  for (const root of roots) visit(root.id, 0, [])
  // Nodes that only call each other in a circle have no root: they begin at the left.
  for (const node of nodes) if (!depth.has(node.id)) visit(node.id, 0, [])
  const last = Math.max(0, ...depth.values())
  const columns: string[][] = Array.from({ length: last + 1 }, () => [])
  for (const node of nodes) {
    const isAlone = node.calls.length === 0 && !called.has(node.id)
    columns[isAlone ? last : (depth.get(node.id) ?? 0)]?.push(node.id)
  }
  return columns
}

/** The height that the fullest column needs. */
export function heightFor(nodes: readonly MapNode[]): number {
  const most = Math.max(1, ...columnsOf(nodes).map((column) => column.length))
  return most * (boxHeight + rowGap) + 2 * rowGap
}

/** Boxes in columns from left to right in the direction of calls, and lines that go around boxes. */
export function layoutServices(
  nodes: readonly MapNode[],
  width: number,
  height: number,
): { boxes: Box[]; edges: Edge[] } {
  const columns = columnsOf(nodes)
  const step = columns.length < 2 ? 0 : (width - boxWidth - 2) / (columns.length - 1)
  const boxes = columns.flatMap((column, index) => {
    const room = height / column.length
    return column.map((id, row) => ({
      id,
      x: Math.round(columns.length < 2 ? (width - boxWidth) / 2 : index * step + 1),
      y: Math.round(room * row + (room - boxHeight) / 2),
    }))
  })
  return { boxes, edges: route(nodes, boxes, columns, height) }
}

function route(nodes: readonly MapNode[], boxes: readonly Box[], columns: readonly string[][], height: number): Edge[] {
  const byId = new Map(boxes.map((box) => [box.id, box]))
  const pairs = nodes.flatMap((node) =>
    node.calls.filter((call) => byId.has(call) && call !== node.id).map((call) => ({ from: node.id, to: call })),
  )
  const y = (id: string) => byId.get(id)?.y ?? 0
  return pairs.map((pair, index) => {
    const from = byId.get(pair.from)
    const to = byId.get(pair.to)
    if (!from || !to) return { ...pair, points: [] }
    const start = {
      x: from.x + boxWidth,
      y: port(
        from,
        pairs
          .filter((other) => other.from === pair.from)
          .map((other) => other.to)
          .sort((a, b) => y(a) - y(b)),
        pair.to,
      ),
    }
    const end = {
      x: to.x,
      y: port(
        to,
        pairs
          .filter((other) => other.to === pair.to)
          .map((other) => other.from)
          .sort((a, b) => y(a) - y(b)),
        pair.from,
      ),
    }
    return { ...pair, points: corners(start, end, between(from, to, boxes), index, height, columns.length) }
  })
}

/** Lines leave and reach a box spread along its side, in the order of the boxes at their other ends. */
function port(box: Box, others: readonly string[], other: string): number {
  const place = others.indexOf(other)
  return Math.round(box.y + (boxHeight * (place + 1)) / (others.length + 1))
}

function between(from: Box, to: Box, boxes: readonly Box[]): Box[] {
  return boxes.filter((box) => box.x > from.x + boxWidth && box.x + boxWidth < to.x)
}

interface Corner {
  x: number
  y: number
}

function corners(
  start: Corner,
  end: Corner,
  obstacles: readonly Box[],
  index: number,
  height: number,
  columns: number,
): Corner[] {
  const offset = ((index % 4) - 1.5) * 7
  if (obstacles.length === 0) {
    if (start.y === end.y) return [start, end]
    const middle = Math.round((start.x + end.x) / 2 + (columns > 1 ? offset : 0))
    return [start, { x: middle, y: start.y }, { x: middle, y: end.y }, end]
  }
  const lane = freeLane(obstacles, end.y, height)
  const first = Math.round(start.x + 22 + offset)
  const second = Math.round(end.x - 22 - offset)
  return [start, { x: first, y: start.y }, { x: first, y: lane }, { x: second, y: lane }, { x: second, y: end.y }, end]
}

/** The height nearest to `wanted` at which a line passes all obstacles. */
function freeLane(obstacles: readonly Box[], wanted: number, height: number): number {
  const margin = 9
  const isFree = (y: number) => obstacles.every((box) => y < box.y - margin || y > box.y + boxHeight + margin)
  const edges = obstacles.flatMap((box) => [box.y - margin - 1, box.y + boxHeight + margin + 1])
  const candidates = [wanted, ...edges].filter((y) => y > 2 && y < height - 2 && isFree(y))
  return candidates.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? 4
}

/** An SVG path with rounded corners. */
export function roundedPath(points: readonly Corner[], radius = 5): string {
  const [first, ...rest] = points
  if (!first) return ''
  let path = `M${first.x} ${first.y}`
  rest.forEach((point, index) => {
    const before = points[index] ?? first
    const after = points[index + 2]
    if (!after) {
      path += `L${point.x} ${point.y}`
      return
    }
    const into = towards(point, before, radius)
    const out = towards(point, after, radius)
    path += `L${into.x} ${into.y}Q${point.x} ${point.y} ${out.x} ${out.y}`
  })
  return path
}

function towards(from: Corner, to: Corner, distance: number): Corner {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length === 0) return from
  const part = Math.min(distance, length / 2) / length
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}
