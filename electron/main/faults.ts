import { app, dialog } from 'electron'

/**
 * Faults of main that nothing foresaw. Clusters, tasks and the page live in processes of their own, so main tells and carries on;
 * Electron's own answer is a dialog that stops main, and with it every window, until somebody closes it.
 */
export function outliveFaults(): void {
  let isShown = false
  const tell = (thrown: unknown) => {
    console.error('The main process met a fault:', thrown)
    if (isShown || !app.isReady()) return
    isShown = true
    const asked = dialog.showMessageBox({
      type: 'error',
      title: 'Agency Swarm Console',
      message: 'The console met a fault in its main process.',
      detail: `${summary(thrown)}\n\nRunning work and your clusters are not affected. If the window misbehaves, quit the console and start it again.`,
      buttons: ['OK'],
    })
    const closed = () => (isShown = false)
    // One that cannot be shown must not become the next fault: stderr has it.
    asked.then(closed, closed)
  }
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}

/** Characters of a message that a dialog of the system shows well. */
const shownCharacters = 300

function summary(thrown: unknown): string {
  return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).slice(0, shownCharacters)
}
