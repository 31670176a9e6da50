import { execFile } from 'node:child_process'
import { commands, type Command } from './commands.ts'
import { fixture, namespace } from './manifests.ts'
import { normalise } from './normalise.ts'

/** What one command said and how it ended, without what differs each time. */
export interface Outcome {
  command: string
  code: number
  stdout: string
  stderr: string
}

/** The data file: the server that was asked, and what it answered. */
export interface Recording {
  server: string
  kubectl: string
  outcomes: Outcome[]
}

interface Answer {
  code: number
  stdout: string
  stderr: string
}

/** Milliseconds; a command that waits has a shorter limit of its own. */
const longestCommand = 60_000

type Kubectl = (words: readonly string[], input?: object) => Promise<Answer>

const kubectlOn =
  (kubectl: string, kubeconfig: string, home: string): Kubectl =>
  (words, input) =>
    new Promise((resolve) => {
      const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig }
      const options = { env, maxBuffer: 16 << 20, timeout: longestCommand }
      const child = execFile(kubectl, [...words], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr })
      })
      child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
    })

async function expectOk(answer: Promise<Answer>, what: string): Promise<string> {
  const { code, stdout, stderr } = await answer
  if (code !== 0) throw new Error(`${what}: ${stderr}`)
  return stdout
}

/** The command as the data names it, so that a changed list is noticed. */
export const titleOf = ({ words, input }: Command): string =>
  input === undefined ? words : `${words} <<< ${JSON.stringify(input)}`

/** What controllers fill in late is there before the first command. */
const settled: readonly (readonly string[])[] = [
  ['wait', 'sa/default', '--for=create'],
  ['wait', 'deploy/web', '--for=jsonpath={.status.unavailableReplicas}=2'],
  ['wait', 'deploy/idle', '--for=condition=Progressing'],
  ['wait', 'sts/db', '--for=jsonpath={.status.observedGeneration}=1'],
  ['wait', 'ds/agent', '--for=jsonpath={.status.observedGeneration}=1'],
  ['wait', 'job/once', '--for=condition=Suspended'],
  ['wait', 'pdb/none-match', '--for=jsonpath={.status.observedGeneration}=1'],
  ['wait', 'quota/objects', '--for=jsonpath={.status.used}'],
  ['wait', 'pod/waiting', '--for=condition=PodScheduled=false'],
]

/**
 * Runs every command on a cluster, in a namespace of its own that is removed afterwards.
 * @param kubectl the program @param kubeconfig with the rights of a cluster administrator @param home a folder for kubectl's cache
 */
export async function record(kubectl: string, kubeconfig: string, home: string): Promise<Recording> {
  const plain = kubectlOn(kubectl, kubeconfig, home)
  const inside: Kubectl = (words, input) => plain(['-n', namespace, ...words], input)
  const versions = JSON.parse(await expectOk(plain(['version', '-o', 'json']), 'version')) as Record<'serverVersion' | 'clientVersion', { gitVersion: string }> // prettier-ignore
  await expectOk(plain(['create', 'namespace', namespace]), 'the namespace')
  try {
    const items = { apiVersion: 'v1', kind: 'List', items: fixture }
    await expectOk(inside(['create', '-f', '-'], items), 'the objects to ask about')
    for (const wait of settled) await expectOk(inside([...wait, '--timeout=60s']), wait.join(' '))
    const outcomes: Outcome[] = []
    for (const command of commands) {
      const { code, stdout, stderr } = await inside(command.words.split(' '), command.input)
      outcomes.push({ command: titleOf(command), code, stdout: normalise(stdout), stderr: normalise(stderr) })
    }
    return { server: versions.serverVersion.gitVersion, kubectl: versions.clientVersion.gitVersion, outcomes }
  } finally {
    await expectOk(plain(['delete', 'namespace', namespace, '--timeout=120s']), 'the namespace')
  }
}
