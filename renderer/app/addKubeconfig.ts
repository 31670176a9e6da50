import { engine } from '../client/index.ts'
import { reportError, toast } from './state/toasts.ts'

/** Lets the person pick a kubeconfig file. It is read, never changed. */
export async function addKubeconfig(): Promise<void> {
  try {
    const added = await engine().app.addKubeconfig()
    if (added) toast({ status: 'healthy', title: 'Added', detail: `${added.path}. Its contexts appear in the fleet.` })
  } catch (thrown) {
    reportError(thrown, 'The kubeconfig file was not added.')
  }
}
