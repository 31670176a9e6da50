import { describe, expect, it } from 'vitest'
import { jsonPatch } from './jsonPatch.ts'
import { mergePatch } from './mergePatch.ts'
import { strategicPatch } from './strategicPatch.ts'

const pod = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', spec })
const patchPod = (spec: object, patch: object) => (strategicPatch(pod(spec), { spec: patch }, 'V1Pod') as { spec: unknown }).spec // prettier-ignore

describe('strategic merge patch', () => {
  const containers = [
    { name: 'a', image: 'one' },
    { name: 'b', image: 'one' },
  ]

  it('merges items by their key and puts new ones first, as the API server does', () => {
    expect(
      patchPod(
        { containers },
        {
          containers: [
            { name: 'c', image: 'new' },
            { name: 'b', image: 'two' },
          ],
        },
      ),
    ).toEqual({
      containers: [
        { name: 'c', image: 'new' },
        { name: 'a', image: 'one' },
        { name: 'b', image: 'two' },
      ],
    })
  })

  it('orders by $setElementOrder and keeps what others added', () => {
    const patch = {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      containers: [{ name: 'a', image: 'two' }],
    }
    expect(patchPod({ containers: [...containers, { name: 'x' }] }, patch)).toEqual({
      containers: [{ name: 'b', image: 'one' }, { name: 'a', image: 'two' }, { name: 'x' }],
    })
  })

  it('deletes and replaces by directive', () => {
    expect(patchPod({ containers }, { containers: [{ name: 'a', $patch: 'delete' }] })).toEqual({
      containers: [containers[1]],
    })
    expect(patchPod({ containers }, { containers: [{ $patch: 'replace' }, { name: 'z' }] })).toEqual({
      containers: [{ name: 'z' }],
    })
    expect(patchPod({ securityContext: { runAsUser: 1 } }, { securityContext: { $patch: 'replace', fsGroup: 2 } })).toEqual({ securityContext: { fsGroup: 2 } }) // prettier-ignore
  })

  it('keeps only the keys $retainKeys names', () => {
    const volumes = [{ name: 'v', emptyDir: {} }]
    const patch = { volumes: [{ $retainKeys: ['name', 'configMap'], name: 'v', configMap: { name: 'c' } }] }
    expect(patchPod({ volumes }, patch)).toEqual({ volumes: [{ name: 'v', configMap: { name: 'c' } }] })
  })

  it('adds to and removes from lists of plain values', () => {
    const object = { metadata: { finalizers: ['a', 'b'] } }
    const added = strategicPatch(object, { metadata: { finalizers: ['c', 'a'] } }, 'V1Pod')
    expect((added as typeof object).metadata.finalizers.sort()).toEqual(['a', 'b', 'c'])
    const removed = strategicPatch(object, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }, 'V1Pod')
    expect(removed).toEqual({ metadata: { finalizers: ['b'] } })
  })

  it('replaces lists without a merge key and removes what is null', () => {
    expect(patchPod({ tolerations: [{ key: 'a' }], hostname: 'x' }, { tolerations: [{ key: 'b' }], hostname: null })).toEqual({ tolerations: [{ key: 'b' }] }) // prettier-ignore
  })

  it('leaves its input alone', () => {
    const before = Object.freeze({ spec: Object.freeze({ containers: Object.freeze([Object.freeze({ name: 'a' })]) }) })
    strategicPatch(before, { spec: { containers: [{ name: 'a', image: 'x' }] } }, 'V1Pod')
    expect(before).toEqual({ spec: { containers: [{ name: 'a' }] } })
  })
})

describe('JSON patch', () => {
  const target = { a: { 'b/c': 1, list: [1, 2] } }

  it('performs every operation of RFC 6902', () => {
    const patch = [
      { op: 'test', path: '/a/b~1c', value: 1 },
      { op: 'add', path: '/a/list/-', value: 3 },
      { op: 'add', path: '/a/list/0', value: 0 },
      { op: 'copy', from: '/a/list', path: '/copy' },
      { op: 'move', from: '/a/b~1c', path: '/moved' },
      { op: 'replace', path: '/a/list/1', value: 9 },
      { op: 'remove', path: '/a/list/0' },
    ]
    expect(jsonPatch(target, patch)).toEqual({ a: { list: [9, 2, 3] }, copy: [0, 1, 2, 3], moved: 1 })
    expect(target).toEqual({ a: { 'b/c': 1, list: [1, 2] } })
  })

  it.each([
    [{ op: 'remove', path: '/nothing' }],
    [{ op: 'replace', path: '/nothing', value: 1 }],
    [{ op: 'add', path: '/a/list/9', value: 1 }],
    [{ op: 'add', path: '/x/y', value: 1 }],
    [{ op: 'test', path: '/a/list', value: [2, 1] }],
    [{ op: 'burn', path: '/a' }],
  ])('refuses %j', (operation) => {
    expect(() => jsonPatch(target, [operation])).toThrow()
  })
})

describe('merge patch', () => {
  it('follows RFC 7396', () => {
    expect(mergePatch({ a: { b: 1, c: [1] }, d: 1 }, { a: { b: null, c: [2] }, e: { f: null, g: 1 } })).toEqual({
      a: { c: [2] },
      d: 1,
      e: { g: 1 },
    })
  })
})
