/** What to type where a server program is missing: what the setup step says for the same platform. */
const commands: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Type once: sudo npm run setup',
  darwin: 'Type once: brew install postgresql@17 pgvector redis',
  win32: 'Install PostgreSQL 15 or newer with pgvector, and Redis (for example inside WSL 2)',
}

/** @param what the program as a person calls it */
export function installAdvice(what: string): string {
  const command = commands[process.platform] ?? commands.linux ?? ''
  return `${what} is not installed on this machine. ${command}. The pod then starts by itself.`
}
