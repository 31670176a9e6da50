import { BrowserWindow, dialog, type MessageBoxOptions } from 'electron'
import type { ProgramAnswer, ProgramQuestion } from '#shared/rpc/host.ts'
import { answers, programDialog } from './programDialog.ts'

/** Asks in a dialog of the system, which no page can draw or click. Closing it is a no. */
export async function approveProgram(question: ProgramQuestion): Promise<ProgramAnswer> {
  const options: MessageBoxOptions = programDialog(question)
  const [window] = BrowserWindow.getAllWindows()
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return answers[response] ?? 'no'
}
