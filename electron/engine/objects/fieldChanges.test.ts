import { expect, it } from 'vitest'
import { fieldChanges } from './fieldChanges.ts'

it('tells what differs by the paths people write, and compares named lists by name', () => {
  const before = {
    spec: {
      replicas: 1,
      containers: [
        { name: 'a', image: 'x:1' },
        { name: 'b', image: 'y:1' },
      ],
    },
  }
  const after = {
    spec: {
      replicas: 1,
      containers: [
        { name: 'new', image: 'z:1' },
        { name: 'a', image: 'x:2' },
        { name: 'b', image: 'y:1' },
      ],
    },
  }
  expect(fieldChanges(before, after)).toEqual([
    { path: 'spec.containers[a].image', before: 'x:1', after: 'x:2' },
    { path: 'spec.containers[new]', before: '', after: '{"name":"new","image":"z:1"}' },
  ])
})

it('leaves out what the server writes by itself, and only that', () => {
  const before = { metadata: { generation: 1, annotations: {} }, status: { ready: 1 }, data: { status: 'a' } }
  const after = {
    metadata: { generation: 2, annotations: { 'a.b/c': 'x' } },
    status: { ready: 2 },
    data: { status: 'b' },
  }
  expect(fieldChanges(before, after)).toEqual([
    { path: 'metadata.annotations[a.b/c]', before: '', after: 'x' },
    { path: 'data.status', before: 'a', after: 'b' },
  ])
})

it('cuts long texts', () => {
  expect(fieldChanges({ a: '' }, { a: 'x'.repeat(400) })[0]?.after).toHaveLength(301)
})
