import { existsSync } from 'node:fs'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

it('gives a PostgreSQL with pgvector that keeps its data over a restart', async () => {
  const postgres = await startPostgres()
  const query = async (text: string) => {
    const client = new Client({ ...postgres, database: 'postgres' })
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(text)
    await client.end()
    return rows
  }
  try {
    await query('CREATE EXTENSION vector')
    await query(`CREATE TABLE kept AS SELECT '[1,2,3]'::vector AS embedding`)
    await postgres.restart()
    expect(await query('SELECT embedding::text FROM kept')).toEqual([{ embedding: '[1,2,3]' }])
    expect(existsSync(`${postgres.binaries}/pg_dump`)).toBe(true)
  } finally {
    await postgres.stop()
  }
  await expect(query('SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
})

it('gives a Redis that asks for its password and can be away for a while', async () => {
  const redis = await startRedis()
  const connect = () =>
    new Redis({ ...redis, lazyConnect: true, retryStrategy: () => null }).on('error', () => undefined)
  try {
    const client = connect()
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
    await redis.end()
    await expect(connect().ping()).rejects.toThrow()
    await redis.begin()
    const again = connect()
    expect(await again.ping()).toBe('PONG')
    again.disconnect()
  } finally {
    await redis.stop()
  }
  await expect(connect().ping()).rejects.toThrow()
})
