import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { buildApi } from '../api/app.ts'
import { readApiConfiguration } from '../api/configuration.ts'
import { captureLog, serviceEnvironment, type LogCapture } from './environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from './suiteDatabase.ts'
import { until } from './until.ts'

export interface SignedIn {
  readonly token: string
  readonly refreshToken: string
  readonly sessionId: string
  readonly userId: string
}

export interface ApiFixture {
  readonly database: SuiteDatabase
  readonly app: FastifyInstance
  readonly log: LogCapture
  readonly userPassword: string
  /** Another replica on the same database. It ends with the fixture. */
  readonly startReplica: (more?: Record<string, string>) => Promise<FastifyInstance>
  readonly signIn: (name?: string, password?: string) => Promise<SignedIn>
  readonly call: (
    method: InjectOptions['method'],
    url: string,
    token: string,
    payload?: Record<string, unknown>,
    app?: FastifyInstance,
  ) => Promise<LightMyRequestResponse>
  /** Makes a user with `userPassword`. @returns the id */
  readonly createUser: (name: string, permission: string) => Promise<string>
  readonly stop: () => Promise<void>
}

/** A migrated database and a backend that follows its changes. */
export async function startApi(more: Record<string, string> = {}): Promise<ApiFixture> {
  const database = await startSuiteDatabase()
  const log = captureLog()
  const replicas: FastifyInstance[] = []
  const userPassword = 'a password that is long enough'

  const startReplica = async (changed: Record<string, string> = {}) => {
    const environment = serviceEnvironment(database, { REQUESTS_PER_MINUTE: '1000000', ...more, ...changed })
    const replica = buildApi(readApiConfiguration(environment), { logStream: log })
    replicas.push(replica)
    await replica.ready()
    return replica
  }
  const app = await startReplica()

  const call: ApiFixture['call'] = (method, url, token, payload, replica = app) => {
    const headers = { authorization: `Bearer ${token}` }
    return replica.inject({ method: method ?? 'GET', url, headers, ...(payload === undefined ? {} : { payload }) })
  }
  const signIn: ApiFixture['signIn'] = async (name = 'admin', password = adminPassword) => {
    const response = await app.inject({ method: 'POST', url: '/api/auth/login', payload: { name, password } })
    if (response.statusCode !== 200) throw new Error(`Signing in as ${name} gave ${response.body}`)
    return response.json<SignedIn>()
  }
  let administrator: string | undefined
  return {
    database,
    app,
    log,
    userPassword,
    startReplica,
    signIn,
    call,
    createUser: async (name, permission) => {
      administrator ??= (await signIn()).token
      const created = await call('POST', '/api/users', administrator, { name, password: userPassword, permission })
      if (created.statusCode !== 201) throw new Error(`Creating ${name} gave ${created.body}`)
      return created.json<{ id: string }>().id
    },
    stop: async () => {
      await Promise.all(replicas.map((replica) => replica.close()))
      await database.stop()
    },
  }
}

/** Waits until a replica refuses the token. */
export async function untilRefused(fixture: ApiFixture, token: string, app?: FastifyInstance): Promise<void> {
  await until(
    async () => (await fixture.call('GET', '/api/me', token, undefined, app)).statusCode,
    (status) => status === 401,
    15_000,
  )
}
