import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/index.ts'
import { differenceOf, readable } from './difference.ts'

const deployment = (image: string, replicas = 2): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'backend',
    uid: Math.random().toString(),
    generation: 4,
    managedFields: [{}],
    annotations: { 'deployment.kubernetes.io/revision': '3' },
  },
  spec: { replicas, template: { spec: { containers: [{ name: 'c', image }] } } },
  status: { replicas },
})

describe('differenceOf', () => {
  it('sees no difference in what the server writes by itself, nor in the order of keys', () => {
    const { spec, ...rest } = deployment('a:1')
    expect(differenceOf(deployment('a:1'), { spec, ...rest })).toMatchObject({ added: 0, removed: 0 })
  })

  it('counts the lines that come and go', () => {
    const { added, removed, after } = differenceOf(deployment('a:1'), deployment('a:2'))
    expect([added, removed]).toEqual([1, 1])
    expect(after).toContain('image: a:2')
  })

  it('never shows a secret value, but whether it changes', () => {
    const secret = (value: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { key: value },
    })
    const { before, after, added } = differenceOf(secret('b25l'), secret('dHdv'))
    expect(before + after).not.toMatch(/b25l|dHdv/)
    expect(after).toContain('(changed)')
    expect(added).toBe(1)
    expect(readable(secret('b25l'))).toContain('••••')
  })
})
