import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from './quote.ts'

/** What would lead a command to another cluster, or sign it in as somebody else. */
const astray = ['--kubeconfig', '--server', '--token', '--username', '--password']

/**
 * A `kubectl` that stands first in PATH and knows one kubeconfig, whatever its environment says: scripts, functions and other programs
 * that run kubectl find it too. Flags that name another cluster are refused: an alias or function may add them unseen. `--` ends
 * kubectl's own flags: what follows is for the program in the pod.
 * @returns the folder it lies in
 */
export async function writeWrapper(folder: string, kubectl: string, kubeconfig: string): Promise<string> {
  const directory = join(folder, 'bin')
  await mkdir(directory, { mode: 0o700 })
  await writeFile(join(directory, 'kubectl'), wrapper(kubectl, kubeconfig), { mode: 0o700 })
  return directory
}

const wrapper = (kubectl: string, kubeconfig: string): string => `#!/bin/sh
for word in "$@"; do
  case "$word" in
    --) break ;;
    ${astray.flatMap((flag) => [flag, `${flag}=*`]).join('|')}|-s|-s[!-]*)
      echo "This terminal is bound to one cluster, so \${word%%=*} is refused and nothing was sent. Use a terminal outside the console for another cluster." >&2
      exit 1 ;;
  esac
done
KUBECONFIG=${quote(kubeconfig)}
export KUBECONFIG
unset KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
# Aliases and defaults of ~/.kube/kuberc may name another kubeconfig.
KUBECTL_KUBERC=false KUBERC=off
export KUBECTL_KUBERC KUBERC
exec ${quote(kubectl)} "$@"
`
