import { describe, expect, it } from 'vitest'
import { LogBuffer } from './logBuffer.ts'
import { logLine } from './testing/logLine.ts'

const line = (id: number, at: number, pod = 'a') => logLine({ id, at, pod })

describe('the log buffer', () => {
  it('puts a late line where its time says and keeps the order of lines of the same time', () => {
    const buffer = new LogBuffer()
    buffer.add([line(1, 10), line(2, 20), line(3, 30)])
    buffer.add([line(4, 20, 'b'), line(5, 5, 'b'), line(6, 40, 'b')])
    expect(buffer.lines.map((each) => each.id)).toEqual([5, 1, 2, 4, 3, 6])
  })

  it('tells views to start over only when lines moved', () => {
    const buffer = new LogBuffer()
    expect(buffer.add([line(1, 10), line(2, 20)])).toBe(2)
    expect(buffer.rebuilt).toBe(0)
    expect(buffer.add([line(3, 15)])).toBe(0)
    expect(buffer.rebuilt).toBe(1)
  })

  it('drops the oldest beyond its limit and says how many', () => {
    const buffer = new LogBuffer(100)
    for (let id = 0; id < 450; id += 1) buffer.add([line(id, id)])
    expect(buffer.lines.length).toBeLessThanOrEqual(200)
    expect(buffer.lines.at(-1)?.id).toBe(449)
    expect(buffer.dropped + buffer.lines.length).toBe(450)
    expect(buffer.lines[0]?.id).toBe(buffer.dropped)
  })

  it('loses no line when the histories of many pods arrive one after another', () => {
    const buffer = new LogBuffer()
    let id = 0
    for (const pod of ['a', 'b', 'c']) {
      buffer.add(Array.from({ length: 500 }, (_, index) => line((id += 1), index * 3, pod)))
    }
    const times = buffer.lines.map((each) => each.at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(buffer.lines.map((each) => each.id)).size).toBe(1500)
  })
})
