/** What to type where a server program is missing; the same commands as the setup step runs. */
const commands: Partial<Record<NodeJS.Platform, { postgres: string; redis: string }>> = {
  linux: {
    postgres:
      'sudo apt-get install -y postgresql postgresql-server-dev-all, then pgvector (postgresql-NN-pgvector, or npm run setup)',
    redis: 'sudo apt-get install -y redis-server',
  },
  darwin: { postgres: 'brew install postgresql@17 pgvector', redis: 'brew install redis' },
  win32: {
    postgres:
      'winget install PostgreSQL.PostgreSQL.17, then pgvector from https://github.com/pgvector/pgvector#windows',
    redis: 'install Redis for Windows (https://github.com/redis-windows/redis-windows) into PATH',
  },
}

/** @param what the program as a person calls it */
export function installAdvice(what: string, program: 'postgres' | 'redis'): string {
  const command = (commands[process.platform] ?? commands.linux)?.[program] ?? ''
  return `${what} is not installed on this machine. Run "npm run setup", or: ${command}`
}
