import { expect, test } from 'vitest'
import { Box } from 'lucide-react'
import { findObjects, type Found } from './findObjects.ts'
import type { Action } from './state/actions.ts'

const act = (title: string): Action => ({
  id: title,
  title,
  section: '',
  effect: 'destructive',
  keys: 'R',
  perform: () => undefined,
})
const found = (name: string): Found => ({
  name,
  what: 'Deployment',
  icon: Box,
  open: () => undefined,
  actions: () => [act('Restart…'), act('Scale…')],
})
const objects = [found('agency-swarm-backend'), found('agency-swarm-mcp')]
const titles = (query: string) => findObjects('x', objects, query).map((action) => `${action.section}: ${action.title}`)

test('a name lists the object and what can be done with it', () => {
  expect(titles('BACKend')).toEqual([
    'Deployment agency-swarm-backend: agency-swarm-backend',
    'Deployment agency-swarm-backend: Restart…',
    'Deployment agency-swarm-backend: Scale…',
  ])
})

test('a verb and a piece of a name find that act on that object, in any order', () => {
  expect(titles('restart mcp')).toEqual(['Deployment agency-swarm-mcp: Restart…'])
  expect(titles('mcp scale')).toEqual(['Deployment agency-swarm-mcp: Scale…'])
})

test('without a piece of a name nothing is listed, and of many objects the first', () => {
  expect(titles('')).toEqual([])
  expect(titles('restart')).toEqual([])
  const many = Array.from({ length: 10_000 }, (_, index) => found(`pod-${index}`))
  expect(findObjects('x', many, 'pod').filter((action) => action.title.startsWith('pod-'))).toHaveLength(6)
  expect(findObjects('x', many, 'pod-9999').map((action) => action.title)).toContain('pod-9999')
})

test('ids differ, and keys stay with the page', () => {
  const actions = findObjects('x', objects, 'agency')
  expect(new Set(actions.map((action) => action.id)).size).toBe(actions.length)
  expect(actions.every((action) => action.keys === undefined)).toBe(true)
})
