import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '#shared/kubeObject.ts'
import { imageRegistry, startCluster, type TestCluster } from '../../testing/cluster.ts'
import { judges } from '../../testing/judges.ts'
import { readBundle, renderedObjects } from '../../../scripts/render/rendered.ts'

const namespace = 'console-database-scripts'
const values = `
${imageRegistry === '' ? '' : `registry: ${imageRegistry}`}
postgresql: { archive: true }
backup: { enabled: true, schedule: "0 0 1 1 *" }
retention: { backups: 2 }
`
let cluster: TestCluster

async function kubectl(args: string[], input = ''): Promise<string> {
  const program = (await judges()).kubectl
  const child = spawn(program, ['--kubeconfig', cluster.kubeconfigPath, '--context', cluster.context, '-n', namespace, ...args]) // prettier-ignore
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${output}`)
  return output.trim()
}

/** In the database's container; the script's paths are made local by the sandbox through the variables that it sets. */
const inDatabase = (script: string) => kubectl(['exec', 'postgresql-0', '--', 'sh', '-c', script])
const sql = (query: string) => inDatabase(`psql -Atq -c "${query}"`)

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It did not happen in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

/** Runs the nightly backup now; returns its log. */
async function backUp(name: string): Promise<string> {
  await kubectl(['create', 'job', name, '--from=cronjob/agency-swarm-backup'])
  await kubectl(['wait', `job/${name}`, '--for=condition=complete', '--timeout=60s'])
  return kubectl(['logs', `job/${name}`])
}

/** A command in a pod that sees the volume of the backups, through the same Job with another command. */
async function onBackups(name: string, script: string): Promise<string> {
  const job = JSON.parse(await kubectl(['create', 'job', name, '--from=cronjob/agency-swarm-backup', '--dry-run=client', '-o', 'json'])) as KubeObject // prettier-ignore
  const template = (job.spec as { template: { spec: { containers: { command: string[] }[] } } }).template
  const [container] = template.spec.containers
  if (container) container.command = ['sh', '-c', `cd "$BACKUP_DIRECTORY"; ${script}`]
  await kubectl(['create', '-f', '-'], JSON.stringify(job))
  await kubectl(['wait', `job/${name}`, '--for=condition=complete', '--timeout=60s'])
  return kubectl(['logs', `job/${name}`])
}

beforeAll(async () => {
  cluster = await startCluster()
  const objects = renderedObjects(await readBundle(), { profile: 'sandbox', values, namespace, version: '1.2.3', release: 'r1', showSecrets: true }) // prettier-ignore
  const stages = ['1-namespace', '2-configuration', '3-storage-database', '8-operations']
  const wanted = objects.filter(({ metadata }) => stages.includes(metadata.annotations?.['console.agency-swarm.dev/stage'] ?? '')) // prettier-ignore
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: wanted }))
  await kubectl(['rollout', 'status', 'statefulset/postgresql', '--timeout=90s'])
})
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false'])
  await cluster.stop()
})

describe('initialize.sh', () => {
  it('waits for the database and creates the extension', async () => {
    await kubectl(['wait', 'job/agency-swarm-database-init-r1', '--for=condition=complete', '--timeout=60s'])
    expect(await kubectl(['logs', 'job/agency-swarm-database-init-r1'])).toContain('the database is ready')
    expect(await sql("SELECT extname FROM pg_extension WHERE extname = 'vector'")).toBe('vector')
  })
})

describe('archive.sh', () => {
  it('archives what is written, segment by segment, and leaves no half one', async () => {
    await sql('CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 100)')
    const segment = await sql('SELECT pg_walfile_name(pg_switch_wal())')
    await until('the segment is archived', async () => (await sql('SELECT last_archived_wal FROM pg_stat_archiver')) >= segment) // prettier-ignore
    const files = (await inDatabase('ls -A "$ARCHIVE_DIRECTORY"')).split('\n')
    expect(files).toContain(segment)
    expect(files.filter((name) => name.startsWith('.'))).toEqual([])
    expect(await sql('SELECT failed_count FROM pg_stat_archiver')).toBe('0')
  })

  it('succeeds for a segment that is there already, and refuses another one of its name', async () => {
    const script = 'cd "$ARCHIVE_DIRECTORY" && echo one >x && cp x 000000010000000000000099 && echo two >y'
    await inDatabase(script)
    const again = (file: string) => inDatabase(`cd "$ARCHIVE_DIRECTORY" && sh /scripts/archive.sh ${file} 000000010000000000000099`) // prettier-ignore
    await again('x')
    await expect(again('y')).rejects.toThrow('is there already, with other content')
    await inDatabase('cd "$ARCHIVE_DIRECTORY" && rm x y 000000010000000000000099')
  })

  it('forgets what is older than it is told to keep', async () => {
    await inDatabase('cd "$ARCHIVE_DIRECTORY" && touch -d "9 days ago" 000000010000000000000001.old && echo x >x')
    await inDatabase('cd "$ARCHIVE_DIRECTORY" && sh /scripts/archive.sh x 000000010000000000000098 && rm x')
    const files = (await inDatabase('ls "$ARCHIVE_DIRECTORY"')).split('\n')
    expect(files).toContain('000000010000000000000098')
    expect(files).not.toContain('000000010000000000000001.old')
    await inDatabase('rm "$ARCHIVE_DIRECTORY/000000010000000000000098"')
  })
})

describe('backup.sh', () => {
  it('makes a dump that can be restored, with its checksum, and keeps as many as it is told', async () => {
    for (const name of ['one', 'two', 'three']) {
      expect(await backUp(`backup-${name}`)).toMatch(/backup\.sh: agency-swarm-\d{8}T\d{6}Z\.dump, \d+ bytes/)
    }
    const check =
      'for f in *.dump; do echo "$(cat "$f.sha256")  $f" | sha256sum -c -; pg_restore --list "$f" | grep -c "TABLE DATA public kept"; done; ls -A'
    const lines = (await onBackups('look', check)).split('\n')
    expect(lines.filter((line) => line.endsWith('.dump: OK'))).toHaveLength(2)
    expect(lines.filter((line) => line === '1')).toHaveLength(2)
    expect(lines.filter((line) => /^agency-swarm-.*\.dump$/.test(line))).toHaveLength(2)
    expect(lines.filter((line) => line.endsWith('.sha256'))).toHaveLength(2)
  })

  it('that fails leaves the good ones, and no half one', async () => {
    await kubectl(['scale', 'statefulset/postgresql', '--replicas=0'])
    await kubectl(['wait', 'pod/postgresql-0', '--for=delete', '--timeout=60s'])
    await kubectl(['create', 'job', 'backup-fails', '--from=cronjob/agency-swarm-backup'])
    await kubectl(['wait', 'job/backup-fails', '--for=condition=failed', '--timeout=90s'])
    const lines = (await onBackups('look-again', 'ls -A')).split('\n')
    expect(lines.filter((line) => line.includes('partial'))).toEqual([])
    expect(lines.filter((line) => line.endsWith('.dump'))).toHaveLength(2)
  })
})
