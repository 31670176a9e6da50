import { renameSync } from 'node:fs'
import type { FileProblem } from '#shared/contract/app.ts'
import { Broadcast } from '../flow/broadcast.ts'

/** More are in the engine's log. */
const most = 100

const found: FileProblem[] = []

/** Each problem with a file when it is found. */
export const fileProblemFound = new Broadcast<FileProblem>()

/** Of this process since it started, oldest first. */
export const fileProblems = (): readonly FileProblem[] => found

/** For the engine's log, and for the window. */
export function reportFile(problem: FileProblem): void {
  console.error(`${problem.path}: ${problem.message}`)
  found.push(problem)
  if (found.length > most) found.shift()
  fileProblemFound.emit(problem)
}

/**
 * Puts a file that cannot be used out of the way, under a name that says so and when, and reports it. What it was is kept: a link, a
 * folder, a pipe.
 * @param what its content as the beginning of a sentence: "The settings"
 * @param consequence what holds now, as a whole sentence
 * @returns whether its place is free
 */
export function setAside(path: string, what: string, reason: string, consequence: string): boolean {
  const keptAs = `${path}.unreadable-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  const cannot = `${what} cannot be read: ${reason}.`
  try {
    renameSync(path, keptAs)
    reportFile({ path, keptAs, message: `${cannot} ${consequence} The file is kept as ${keptAs}.` })
    return true
  } catch (error) {
    const raw = error instanceof Error ? error.message : String(error)
    reportFile({ path, keptAs: null, message: `${cannot} ${consequence} It could not be renamed: ${raw}.` })
    return false
  }
}
