import { describe, expect, test } from 'vitest'
import { boxHeight, columnsOf, heightFor, layoutServices, roundedPath, type MapNode } from './serviceLayout.ts'

const suite: MapNode[] = [
  { id: 'redis', calls: [] },
  { id: 'postgresql', calls: [] },
  { id: 'frontend', calls: ['backend'] },
  { id: 'backend', calls: ['mcp', 'agents', 'postgresql', 'redis'] },
  { id: 'mcp', calls: ['postgresql'] },
  { id: 'agents', calls: ['redis', 'postgresql'] },
]

/** As in a namespace without network policies, where all name the shared stores. */
const chain: MapNode[] = [
  { id: 'agents', calls: ['backend', 'mcp', 'postgresql', 'redis'] },
  { id: 'frontend', calls: ['backend', 'postgresql', 'redis'] },
  { id: 'backend', calls: ['mcp', 'postgresql', 'redis'] },
  { id: 'mcp', calls: ['postgresql', 'redis'] },
  { id: 'postgresql', calls: ['redis'] },
  { id: 'redis', calls: [] },
]

describe('service map', () => {
  test('callers stand left of what they call', () => {
    expect(columnsOf(suite)).toEqual([['frontend'], ['backend'], ['mcp', 'agents'], ['redis', 'postgresql']])
  })

  test('services that call each other in a circle still have a place', () => {
    const columns = columnsOf([
      { id: 'a', calls: ['b'] },
      { id: 'b', calls: ['a'] },
    ])
    expect(columns.flat().sort()).toEqual(['a', 'b'])
  })

  test('a call to a service that is not there draws nothing', () => {
    expect(layoutServices([{ id: 'a', calls: ['gone', 'a'] }], 600, 200).edges).toEqual([])
  })

  test('a long chain goes up and down', () => {
    const { boxes } = layoutServices(chain, 822, 310)
    const heights = ['backend', 'mcp', 'postgresql', 'redis'].map((id) => boxes.find((box) => box.id === id)?.y ?? 0)
    expect(heights[0]).toBe(heights[2])
    expect((heights[1] ?? 0) - (heights[0] ?? 0)).toBeGreaterThan(boxHeight)
  })

  test.each([
    [520, suite],
    [720, suite],
    [1100, suite],
    [640, chain],
    [822, chain],
  ])('no line passes through a box and no boxes touch at %i px', (width, nodes) => {
    const height = Math.max(310, heightFor(nodes))
    const { boxes, edges, boxWidth } = layoutServices(nodes, width, height)
    for (const edge of edges) {
      const others = boxes.filter((box) => box.id !== edge.from && box.id !== edge.to)
      for (const [index, point] of edge.points.slice(1).entries()) {
        const before = edge.points[index] ?? point
        const crossed = others.filter(
          (box) =>
            Math.max(before.x, point.x) > box.x &&
            Math.min(before.x, point.x) < box.x + boxWidth &&
            Math.max(before.y, point.y) > box.y &&
            Math.min(before.y, point.y) < box.y + boxHeight,
        )
        expect(crossed.map((box) => `${edge.from} to ${edge.to} through ${box.id}`)).toEqual([])
      }
    }
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0)
      expect(box.x + boxWidth).toBeLessThanOrEqual(width)
      const touching = boxes.filter(
        (other) => other !== box && Math.abs(other.x - box.x) < boxWidth && Math.abs(other.y - box.y) < boxHeight,
      )
      expect(touching).toEqual([])
    }
  })

  test('corners are rounded and ends are kept', () => {
    const path = roundedPath([
      { x: 0, y: 0 },
      { x: 20, y: 0 },
      { x: 20, y: 20 },
    ])
    expect(path).toBe('M0 0L15 0Q20 0 20 5L20 20')
  })
})
