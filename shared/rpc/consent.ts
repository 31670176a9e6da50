import { visible } from '../visibleText.ts'
import type { CredentialsQuestion, ProgramQuestion } from './host.ts'

/** Lines, and characters in all, that a dialog of the system shows on a small screen without cutting or scrolling. */
const mostLines = 40
const mostCharacters = 3000
/** Characters of a line of the dialog. */
const lineLength = 90

/** All of a call of a program, a line each. */
export function programLines({ path, args, variables, sha256 }: ProgramQuestion): string[] {
  return [
    `Program: ${visible(path)}`,
    args.length === 0 ? 'Arguments: none' : `Arguments: ${args.map(visible).join(' ')}`,
    ...(variables.length === 0
      ? ['Variables: none']
      : variables.map(({ name, value }) => `Variable ${visible(name)} = ${visible(value)}`)),
    `SHA-256: ${sha256}`,
  ]
}

/** All of what a context sends where, a line each. */
export function credentialLines({ server, isPlain, files }: CredentialsQuestion): string[] {
  return [
    `Server: ${visible(server)}`,
    ...files.map((file) => `Reads: ${visible(file)}`),
    ...(isPlain ? ['Sent over http: without encryption, and readable on the way'] : []),
  ]
}

/** Whether a dialog can show these lines whole. What it would cut is never asked about. */
export function isShowable(lines: readonly string[]): boolean {
  const shown = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / lineLength)), 0)
  return shown <= mostLines && lines.reduce((sum, line) => sum + line.length, 0) <= mostCharacters
}
