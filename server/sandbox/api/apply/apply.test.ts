import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import type { Json } from '../json.ts'
import { applyTo, type Applied } from './apply.ts'
import { fromFieldsV1, toFieldsV1 } from './fieldSet.ts'
import { recordUpdate, type Manager } from './managedFields.ts'

const manager = (name: string, operation: Manager['operation'] = 'Apply'): Manager => ({
  name,
  operation,
  apiVersion: 'v1',
})
const start: Applied = { object: {}, owners: [] }

const service = (spec: Json): Json => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec })
const apply = (on: Applied, name: string, spec: Json, force = false) =>
  applyTo(on.object, service(spec), 'V1Service', on.owners, manager(name), force)
const ownersOf = ({ owners }: Applied) => owners.filter(({ fields }) => fields.size > 0).map(({ name }) => name)

describe('server-side apply', () => {
  it('takes back what its manager no longer asks for', () => {
    const first = apply(start, 'one', { type: 'ClusterIP', ports: [{ port: 80 }, { port: 81 }] })
    const second = apply(first, 'one', { ports: [{ port: 81 }] })
    expect(second.object.spec).toEqual({ ports: [{ port: 81 }] })
  })

  it('leaves a field that somebody else owns as well', () => {
    const both = apply(apply(start, 'one', { type: 'ClusterIP' }), 'two', { type: 'ClusterIP' })
    expect(ownersOf(both)).toEqual(['one', 'two'])
    const left = apply(both, 'one', {})
    expect(left.object.spec).toEqual({ type: 'ClusterIP' })
    expect(ownersOf(left)).toContain('two')
  })

  it('names all fields of all owners in the way', () => {
    const before = apply(apply(start, 'one', { type: 'ClusterIP' }), 'two', { ports: [{ port: 80, name: 'a' }] })
    const wanted = { type: 'NodePort', ports: [{ port: 80, name: 'b' }] }
    try {
      apply(before, 'three', wanted)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError)
      expect((error as ApiError).details?.causes).toEqual([
        { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.type' },
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "two"',
          field: '.spec.ports[port=80,protocol="TCP"].name',
        },
      ])
    }
    const forced = apply(before, 'three', wanted, true)
    expect(forced.object.spec).toEqual(wanted)
    expect(() => apply(forced, 'one', { type: 'ClusterIP' })).toThrow('conflict with "three": .spec.type')
  })

  it('owns atomic maps as a whole', () => {
    const first = apply(start, 'one', { selector: { app: 'a' } })
    expect(() => apply(first, 'two', { selector: { tier: 'b' } })).toThrow('conflict with "one": .spec.selector')
  })

  it('conflicts with what was updated after it was applied', () => {
    const first = apply(start, 'one', { type: 'ClusterIP' })
    const edited = service({ type: 'NodePort' })
    const owners = recordUpdate(first.owners, manager('editor', 'Update'), first.object, edited, 'V1Service')
    expect(() => apply({ object: edited, owners }, 'one', { type: 'ClusterIP' })).toThrow(
      'conflict with "editor" using v1: .spec.type',
    )
  })
})

describe('managedFields', () => {
  it('survive being written and read', () => {
    const { owners } = apply(start, 'one', { ports: [{ port: 80, name: 'web' }], externalIPs: ['1.2.3.4'] })
    const fields = owners[0]?.fields ?? new Set<string>()
    const written = toFieldsV1(fields)
    expect(written).toEqual({
      'f:spec': {
        'f:externalIPs': {},
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } },
      },
    })
    expect(fromFieldsV1(written)).toEqual(fields)
  })
})
