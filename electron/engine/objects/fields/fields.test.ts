import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/index.ts'
import { changedFields, shownValue } from './changes.ts'
import { ownersOf } from './owners.ts'
import { pathText, pathWords, serverText } from './path.ts'
import { fieldsOf, parentOf, valueAt, withField, withoutField } from './tree.ts'

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'backend', labels: { 'app.kubernetes.io/name': 'backend' } },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [
          {
            name: 'backend',
            image: 'suite:1',
            args: ['--a', '--b'],
            ports: [{ containerPort: 8181 }, { containerPort: 53, protocol: 'UDP' }],
            env: [{ name: 'LOG.LEVEL', value: 'info' }],
            volumeMounts: [{ mountPath: '/data', name: 'data' }],
          },
        ],
        tolerations: [{ key: 'a', operator: 'Exists' }],
      },
    },
  },
}
const container = 'spec.template.spec.containers[backend]'

describe('fields of an object', () => {
  it.each([
    ['metadata.labels[app.kubernetes.io/name]', 'backend', '.metadata.labels.app.kubernetes.io/name'],
    [`${container}.image`, 'suite:1', '.spec.template.spec.containers[name="backend"].image'],
    [`${container}.args`, ['--a', '--b'], '.spec.template.spec.containers[name="backend"].args'],
    [
      `${container}.ports[53,UDP].protocol`,
      'UDP',
      '.spec.template.spec.containers[name="backend"].ports[containerPort=53,protocol="UDP"].protocol',
    ],
    [
      `${container}.env[LOG.LEVEL].value`,
      'info',
      '.spec.template.spec.containers[name="backend"].env[name="LOG.LEVEL"].value',
    ],
    ['spec.template.spec.tolerations[0].key', 'a', '.spec.template.spec.tolerations[0].key'],
  ])('are found at %s, and named as the server names them', (path, value, server) => {
    const node = fieldsOf(deployment).get(path)
    expect(node).toMatchObject({ value, isLeaf: true })
    expect(serverText(node?.path ?? [])).toBe(server)
    expect(valueAt(deployment, path)).toEqual(value)
  })

  it('can each be taken out, changed and put back, whatever they are', () => {
    // The keys of an item are what it is found by.
    const isKey = (path: string) => /\.(name|containerPort|protocol|mountPath)$/.test(path)
    const leaves = [...fieldsOf(deployment)].filter(([path, { isLeaf }]) => isLeaf && !isKey(path))
    fc.assert(
      fc.property(fc.constantFrom(...leaves), fc.string(), ([path, { value }], other) => {
        expect(valueAt(withField(deployment, path, other), path)).toBe(other)
        expect(valueAt(withoutField(deployment, path), path)).toBeUndefined()
        expect(withField(withField(deployment, path, other), path, value)).toEqual(deployment)
      }),
    )
  })

  it('leave no empty map behind when they are taken out', () => {
    expect(withoutField(deployment, 'metadata.labels[app.kubernetes.io/name]').metadata).toEqual({ name: 'backend' })
    expect(parentOf('metadata.labels[app.kubernetes.io/name]')).toBe('metadata.labels')
  })

  it('come back as an item of a list that was there or not', () => {
    const path = `${container}.env[NEW]`
    expect(valueAt(withField(deployment, path, { name: 'NEW', value: 'x' }), `${path}.value`)).toBe('x')
    const bare = withoutField(deployment, `${container}.env`)
    expect(valueAt(withField(bare, path, { name: 'NEW', value: 'x' }), `${path}.value`)).toBe('x')
  })

  it('have paths that can be read back', () => {
    for (const [text, { path }] of fieldsOf(deployment)) {
      expect(pathWords(text)).toHaveLength(path.length)
      expect(pathText(path)).toBe(text)
    }
  })
})

describe('owners of fields', () => {
  const owned: KubeObject = {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      managedFields: [
        {
          manager: 'kubectl-edit',
          operation: 'Update',
          time: '2026-01-02T03:04:05Z',
          fieldsV1: {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} } },
            'f:spec': {
              'f:template': {
                'f:spec': {
                  'f:containers': {
                    'k:{"name":"backend"}': { '.': {}, 'f:image': {}, 'f:ports': { 'k:{"containerPort":53,"protocol":"UDP"}': { '.': {}, 'f:protocol': {} } } }, // prettier-ignore
                  },
                  'f:tolerations': {},
                },
              },
            },
          },
        },
      ],
    },
  }

  it.each([
    'metadata.labels[app.kubernetes.io/name]',
    `${container}.image`,
    `${container}.ports[53,UDP].protocol`,
    // Owned as a whole.
    'spec.template.spec.tolerations[0].key',
  ])('are found for %s', (path) => {
    expect(ownersOf(owned)(path)).toEqual([
      { manager: 'kubectl-edit', operation: 'Update', at: Date.parse('2026-01-02T03:04:05Z') },
    ])
  })

  it('are nobody where no manager recorded', () => {
    expect(ownersOf(owned)('spec.replicas')).toEqual([])
  })
})

describe('changed fields', () => {
  it('are told by path, and not for what the server writes', () => {
    const after = structuredClone(deployment)
    after.metadata = { ...after.metadata, resourceVersion: '7', generation: 3 }
    const changed = withField(withoutField(after, `${container}.env[LOG.LEVEL]`), `${container}.image`, 'suite:2')
    expect(changedFields(deployment, changed)).toEqual([
      { path: `${container}.env[LOG.LEVEL].name`, before: 'LOG.LEVEL', after: undefined },
      { path: `${container}.env[LOG.LEVEL].value`, before: 'info', after: undefined },
      { path: `${container}.image`, before: 'suite:1', after: 'suite:2' },
    ])
  })

  it('show no value of a Secret, and long texts cut', () => {
    expect(shownValue('Secret', 'data.PASSWORD', 'c2VjcmV0')).not.toContain('c2V')
    expect(shownValue('ConfigMap', 'data.text', 'x'.repeat(5000)).length).toBeLessThan(400)
    expect(shownValue('ConfigMap', 'data.none', undefined)).toBe('')
  })
})
