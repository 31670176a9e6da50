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

const widestBox = 146
const smallestGap = 34
/** Few columns keep together in the middle instead of standing at the edges. */
const widestGap = 170
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
): { boxes: Box[]; edges: Edge[]; boxWidth: number } {
  const columns = columnsOf(nodes)
  const free = width - 2 - (columns.length - 1) * smallestGap
  const boxWidth = Math.min(widestBox, Math.floor(free / columns.length))
  const gap =
    columns.length < 2 ? 0 : Math.min(widestGap, (width - 2 - columns.length * boxWidth) / (columns.length - 1))
  const left = (width - columns.length * boxWidth - (columns.length - 1) * gap) / 2
  const offsets = staggered(columns, height)
  const boxes = columns.flatMap((column, index) => {
    const room = height / column.length
    return column.map((id, row) => ({
      id,
      x: Math.round(left + index * (boxWidth + gap)),
      y: Math.round(room * row + (room - boxHeight) / 2 + (offsets[index] ?? 0)),
    }))
  })
  return { boxes, edges: route(nodes, boxes, boxWidth, height), boxWidth }
}

/**
 * How far each column stands above or below the middle: single boxes behind each other go up and down in turn, so that a long chain
 * uses the height and its lines do not all pass through one gap.
 */
function staggered(columns: readonly (readonly string[])[], height: number): number[] {
  const isSingle = (index: number) => columns[index]?.length === 1
  const step = Math.min(height / 5, (height - boxHeight) / 2 - rowGap)
  return columns.map((_, index) => {
    let first = index
    while (isSingle(first - 1)) first -= 1
    let last = index
    while (isSingle(last + 1)) last += 1
    if (!isSingle(index) || last - first < 2) return 0
    return (index - first) % 2 === 0 ? -step : step
  })
}

interface Corner {
  x: number
  y: number
}

interface Line {
  from: Box
  to: Box
  /** The height at which it passes the boxes between its ends; undefined where there are none. */
  lane: number | undefined
}

function route(nodes: readonly MapNode[], boxes: readonly Box[], boxWidth: number, height: number): Edge[] {
  const byId = new Map(boxes.map((box) => [box.id, box]))
  const lines = nodes.flatMap((node) =>
    node.calls.flatMap((call): Line[] => {
      const from = byId.get(node.id)
      const to = byId.get(call)
      if (!from || !to || from === to) return []
      const between = boxes.filter((box) => box.x > from.x + boxWidth && box.x + boxWidth < to.x)
      return [{ from, to, lane: between.length === 0 ? undefined : freeLane(between, to.y + boxHeight / 2, height) }]
    }),
  )
  return lines.map((line) => ({ from: line.from.id, to: line.to.id, points: corners(line, lines, boxWidth) }))
}

/** Where a line goes after it left, and where it comes from before it arrives. */
const exitHeight = (line: Line) => line.lane ?? line.to.y
const entryHeight = (line: Line) => line.lane ?? line.from.y

/** Lines leave and reach a box spread along its side, in the order of what they lead to: so they do not cross there. */
function corners(line: Line, all: readonly Line[], boxWidth: number): Corner[] {
  const leaving = all.filter((other) => other.from === line.from).sort((a, b) => exitHeight(a) - exitHeight(b))
  const arriving = all.filter((other) => other.to === line.to).sort((a, b) => entryHeight(a) - entryHeight(b))
  const start = { x: line.from.x + boxWidth, y: port(line.from, leaving.indexOf(line), leaving.length) }
  const end = { x: line.to.x, y: port(line.to, arriving.indexOf(line), arriving.length) }
  if (Math.abs(start.y - end.y) < 2 && line.lane === undefined) return [start, { ...end, y: start.y }]
  const first = start.x + turn(leaving.indexOf(line), leaving.length, (line.lane ?? end.y) < start.y)
  if (line.lane === undefined) return [start, { x: first, y: start.y }, { x: first, y: end.y }, end]
  const second = end.x - turn(arriving.indexOf(line), arriving.length, line.lane < end.y)
  const { lane } = line
  return [start, { x: first, y: start.y }, { x: first, y: lane }, { x: second, y: lane }, { x: second, y: end.y }, end]
}

function port(box: Box, place: number, count: number): number {
  return Math.round(box.y + (boxHeight * (place + 1)) / (count + 1))
}

/** Of lines that go up, the uppermost turns first; of lines that go down, the lowest: else they would cross. */
function turn(place: number, count: number, isUpwards: boolean): number {
  return 11 + (isUpwards ? place : count - 1 - place) * 7
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
