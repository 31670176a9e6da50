import type { Readable, Writable } from 'node:stream'

/** One connection to one database. */
export interface SqlSession {
  /** @throws the driver's error, whose `code` is the SQLSTATE */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Ends it. Never throws: what is not committed is rolled back either way. */
  close(): Promise<void>
}

/** A shell script that runs beside the server, with the server's own tools in PATH. */
export interface ToolRun {
  readonly stdout: Readable
  /** While it is open the console is there: scripts end what they started when it closes. */
  readonly stdin: Writable
  /** Rejects with STREAM_BROKEN when the connection ended without a status. Read stdout, or it never settles. */
  readonly finished: Promise<{ exitCode: number; errors: string }>
  stop(): void
}

/** The PostgreSQL of one suite: in a pod, or in tests a process of this machine. */
export interface DatabaseServer {
  /** The database the services use. */
  readonly database: string
  /** @param applicationName how this session shows in pg_stat_activity, at most 63 characters */
  connect(database: string, applicationName: string, signal?: AbortSignal): Promise<SqlSession>
  /**
   * @param script text for `sh -c`; fixed, never put together from data
   * @param parameters arrive as $1, $2 ...
   */
  runTool(script: string, parameters: readonly string[], signal?: AbortSignal): Promise<ToolRun>
}

/**
 * What every tool script begins with. User and password come as the first lines of stdin: as arguments they would be readable in the
 * process list. `read` takes single bytes, so what follows the lines is left for the script.
 */
export const toolPreamble = `IFS= read -r PGUSER && IFS= read -r PGPASSWORD || exit 97
export PGUSER PGPASSWORD
`

/** Finds the database of the suite in a namespace. */
export interface DatabaseDirectory {
  /** @throws ConsoleError NOT_FOUND when the namespace has no database, and what the cluster answers */
  serverOf(cluster: string, namespace: string, signal?: AbortSignal): Promise<DatabaseServer>
}

/** Stderr of a tool is kept to its last 8 KiB: it is shown to people. A stream that breaks off ends the text, and is no error. */
export async function tailOf(stream: Readable, characters = 8192): Promise<string> {
  let tail = ''
  try {
    for await (const chunk of stream) tail = (tail + String(chunk)).slice(-characters)
  } catch {
    return tail.trim()
  }
  return tail.trim()
}
