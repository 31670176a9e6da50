import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NodeFixture, isReady, startNode } from '../testing/nodeFixture.ts'
import type { HostPrograms } from './hostPrograms.ts'
import { findImage } from './index.ts'

describe('the table of images', () => {
  it.each([
    ['agency-swarm/suite:1.2.0', 'agency-swarm/suite'],
    ['ghcr.io/someone/agency-swarm/suite:dev@sha256:abc', 'agency-swarm/suite'],
    ['localhost:5000/pgvector/pgvector:pg16', 'pgvector/pgvector'],
    ['docker.io/library/postgres', 'postgres'],
    ['redis:7-alpine', 'redis'],
    ['alpine', 'busybox'],
    ['node:24-slim', 'node'],
    ['my-redis:7', undefined],
    ['nginx', undefined],
  ])('runs %s as %s', (reference, repository) => {
    expect(findImage(reference)?.repository).toBe(repository)
  })
})

describe('an image whose program is missing', () => {
  let fixture: NodeFixture
  let found: Partial<HostPrograms> = { redisServer: undefined, postgresBinaries: undefined, hasVector: false }
  beforeAll(async () => {
    fixture = await startNode({ images: { suiteModule: '', programs: () => found } })
  })
  afterAll(() => fixture.stop())

  it('waits in ImagePullBackOff, says what to install, and starts once it is there', async () => {
    fixture.run('redis', { containers: [{ name: 'redis', image: 'redis:7' }] })
    fixture.run('database', { containers: [{ name: 'postgres', image: 'pgvector/pgvector:pg16' }] })
    for (const [name, program] of [
      ['redis', 'Redis'],
      ['database', 'PostgreSQL'],
    ] as const) {
      const pod = await fixture.until(
        name,
        ({ status }) => status?.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff',
      )
      expect(pod.status?.phase).toBe('Pending')
      const event = fixture.events(name).find(({ message }) => message.startsWith('Failed to pull image'))
      expect(event).toMatchObject({ type: 'Warning', reason: 'Failed' })
      expect(event?.message).toContain(`${program} `)
      expect(event?.message).toMatch(/npm run setup|brew install|WSL/)
    }
    found = {}
    await fixture.until('redis', isReady)
  })
})
