import { expect, test } from 'vitest'
import { autoscalerProblem, readAutoscaler, specFaults, writeAutoscaler } from './autoscalerForm.ts'
import { readUse } from './quotaUse.ts'

const yaml = `# set by hand in May
scaleTargetRef:
  kind: Deployment
  name: agency-swarm-backend
minReplicas: 2
maxReplicas: 6 # the quota allows eight
metrics:
  - type: Resource
    resource:
      name: memory
      target: { type: Utilization, averageUtilization: 80 }
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 70
`

test('the form shows what the YAML says', () => {
  expect(readAutoscaler(yaml)).toEqual({ minimum: '2', maximum: '6', cpu: '70' })
})

test('a field changes its line alone: comments and the other metrics stay', () => {
  const next = writeAutoscaler(writeAutoscaler(yaml, 'maximum', '8'), 'cpu', '60')
  expect(next).toContain('maxReplicas: 8 # the quota allows eight')
  expect(next).toContain('# set by hand in May')
  expect(next).toContain('averageUtilization: 80')
  expect(readAutoscaler(next)).toEqual({ minimum: '2', maximum: '8', cpu: '60' })
})

test('text that is half typed stays as it is, and is said to be wrong', () => {
  expect(readAutoscaler('minReplicas: [')).toBeUndefined()
  expect(specFaults('minReplicas: [')).toHaveLength(1)
  expect(specFaults('just text')).toHaveLength(1)
  expect(specFaults(yaml)).toEqual([])
  expect(readAutoscaler(writeAutoscaler(yaml, 'minimum', 'two'))?.minimum).toBe('two')
})

test.each([
  ['7', '6', '70'],
  ['0', '6', '70'],
  ['2', '', '70'],
  ['2', '6', 'much'],
])('at least %s, at most %s, CPU %s is refused before the cluster is asked', (minimum, maximum, cpu) => {
  expect(autoscalerProblem({ minimum, maximum, cpu })).toBeTruthy()
  expect(autoscalerProblem({ minimum: '2', maximum: '6', cpu: '70' })).toBeUndefined()
})

test('the line of a quota becomes bars, and text that is none becomes nothing', () => {
  expect(readUse('requests.cpu 8700m of 10, pods 26 of 60')).toEqual([
    { resource: 'requests.cpu', usedText: '8700m', limitText: '10', used: 8.7, limit: 10 },
    { resource: 'pods', usedText: '26', limitText: '60', used: 26, limit: 60 },
  ])
  expect(readUse('no figures yet')).toEqual([])
})
