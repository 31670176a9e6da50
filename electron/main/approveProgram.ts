import { BrowserWindow, dialog, type MessageBoxOptions } from 'electron'
import type { CredentialsQuestion, ProgramAnswer, ProgramQuestion } from '#shared/rpc/host.ts'
import { credentialsDialog } from './credentialsDialog.ts'
import { answers, programDialog } from './programDialog.ts'

/** Asks in a dialog of the system, which no page can draw or click. Closing it is a no. */
export async function approveProgram(question: ProgramQuestion): Promise<ProgramAnswer> {
  return answers[await ask(programDialog(question))] ?? 'no'
}

/** As `approveProgram`, for credentials that could go astray. */
export async function approveCredentials(question: CredentialsQuestion): Promise<boolean> {
  return (await ask(credentialsDialog(question))) === 1
}

/** @returns the button that was pressed */
async function ask(options: MessageBoxOptions): Promise<number> {
  const [window] = BrowserWindow.getAllWindows()
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return response
}
