import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { DatabaseServer } from '../../../ports/databaseServer.ts'
import { startPostgres, type TestPostgres } from '#shared/testing/postgres.ts'
import type { Suite } from '#shared/contract/base.ts'
import { suiteFolder } from '../../../storage/suiteFolder.ts'
import { archiveName } from '../manifest.ts'
import { localServer, type LocalServerFacts } from './localServer.ts'

export const place = { cluster: 'context:test', namespace: 'agency-swarm' }

export interface TestSuite {
  readonly facts: LocalServerFacts
  readonly server: DatabaseServer
  readonly postgres: TestPostgres
  /** Runs one statement and gives the first column of its rows. */
  query(text: string, database?: string): Promise<unknown[]>
  /** A database `name` with rows, a vector index, keys, sequences, its own settings and rights. */
  fill(name: string): Promise<void>
  databases(): Promise<string[]>
  stop(): Promise<void>
}

/** A real server with a database that looks like the suite's. */
export async function startSuite(): Promise<TestSuite> {
  const postgres = await startPostgres()
  const { host, port, user, password, binaries } = postgres
  const facts = { host, port, user, password, binaries, database: 'agency_swarm' }
  const query = async (text: string, database = 'agency_swarm') => {
    const client = new Client({ host, port, user, password, database })
    client.on('error', () => undefined)
    await client.connect()
    try {
      // Several statements give several results; the last one answers.
      const result = [await client.query<unknown[]>({ text, rowMode: 'array' })].flat().at(-1)
      return result?.rows.map((row) => row[0]) ?? []
    } finally {
      await client.end()
    }
  }
  return {
    facts,
    server: localServer(facts),
    postgres,
    query,
    fill: async (name) => {
      await query(`CREATE DATABASE ${name}`, 'postgres')
      await query(contents, name)
      for (const statement of ownership(name)) await query(statement, 'postgres')
    },
    databases: async () =>
      (await query('SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1', 'postgres')) as string[],
    stop: () => postgres.stop(),
  }
}

const contents = `
  CREATE EXTENSION vector;
  CREATE TABLE agents (id bigserial PRIMARY KEY, name varchar(40) NOT NULL UNIQUE,
    tier varchar(10) CHECK (tier IN ('HAIKU', 'OPUS')), score double precision, seen timestamptz DEFAULT now(), whole jsonb);
  CREATE TABLE tasks (id bigserial PRIMARY KEY, agent bigint REFERENCES agents ON DELETE CASCADE, title text, embedding vector(3), raw bytea);
  CREATE INDEX tasks_embedding ON tasks USING hnsw (embedding vector_cosine_ops);
  CREATE INDEX tasks_open ON tasks (agent) WHERE title IS NOT NULL;
  CREATE TABLE empty_table (id int);
  CREATE SEQUENCE never_used START 100 INCREMENT 5;
  CREATE TABLE "Odd ""name" (whole text);
  CREATE TABLE archon_migrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
  INSERT INTO archon_migrations (name, run_on) VALUES ('0001-tables', now()), ('0002-audit', now());
  INSERT INTO agents (name, tier, score, whole) SELECT 'agent ' || n, 'OPUS', n / 7.0, '{"a": [1, 2]}' FROM generate_series(1, 500) n;
  INSERT INTO tasks (agent, title, embedding, raw)
    SELECT n, 'task ' || n || E' "quoted" \\u00e9\\n', ARRAY[n, n / 3.0, 1]::vector, decode(md5(n::text), 'hex') FROM generate_series(1, 500) n;
  INSERT INTO "Odd ""name" VALUES ('x'), (NULL);`

const ownership = (name: string) => [
  `ALTER DATABASE ${name} SET search_path = public, pg_catalog`,
  `ALTER DATABASE ${name} SET work_mem = '7MB'`,
  `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`,
  `GRANT CONNECT ON DATABASE ${name} TO pg_monitor`,
  `COMMENT ON DATABASE ${name} IS 'the suite''s data'`,
]

/** A folder of its own for files; `remove` when done. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'recovery-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export async function until(check: () => Promise<boolean>, what: string, deadlineMs = 40_000): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`did not come true: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The archive's own file, to look into or to damage. */
export const archiveFile = (dataDirectory: string, id: string, suite: Suite = place): string =>
  join(suiteFolder(join(dataDirectory, 'backups'), suite), id, archiveName)
