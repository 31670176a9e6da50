import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

describe('a suite of an earlier tag that lies beside the present one', () => {
  let fixture: NodeFixture
  let folder = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'console-suites-'))
    writeFileSync(join(folder, 'suite.js'), 'process.exit(2)')
    writeFileSync(join(folder, 'suite-0.0.9.js'), 'process.exit(3)')
    fixture = await startNode({ images: { suiteModule: join(folder, 'suite.js'), programs: () => ({}) } })
  })
  afterAll(async () => {
    await fixture.stop()
    rmSync(folder, { recursive: true })
  })

  it.each([
    ['agency-swarm/suite:0.1.0', 2],
    ['registry.example/agency-swarm/suite:0.0.9', 3],
    ['agency-swarm/suite:0.0.9@sha256:' + 'a'.repeat(64), 3],
  ])('%s ends with %i', async (image, code) => {
    const name = `suite-${image.length}`
    fixture.run(name, { restartPolicy: 'Never', containers: [{ name: 'suite', image, args: ['backend'] }] })
    const pod = await fixture.until(name, ({ status }) => status?.phase === 'Failed')
    expect(pod.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(code)
  })
})
