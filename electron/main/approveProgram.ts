import { BrowserWindow, dialog, type MessageBoxOptions } from 'electron'
import type { ProgramQuestion } from '#shared/rpc/host.ts'
import { refusal, programDialog } from './programDialog.ts'

/** Asks in a dialog of the system, which no page can draw or click. Closing it is a no. */
export async function approveProgram(question: ProgramQuestion): Promise<boolean> {
  const options: MessageBoxOptions = programDialog(question)
  const [window] = BrowserWindow.getAllWindows()
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options))
  return response !== refusal
}
