import type { ProgramQuestion } from '#shared/rpc/host.ts'

/** The button that Enter, Escape and closing the dialog press. */
export const refusal = 0

/** The question whether a program named by a kubeconfig may run, with everything needed to recognise it. */
export function programDialog({ context, path, sha256, args }: ProgramQuestion) {
  return {
    type: 'warning' as const,
    title: 'Run a sign-in program?',
    message: `The kubeconfig context "${context}" wants to run a program on this computer to sign in.`,
    detail: [
      `Program: ${path}`,
      `Arguments: ${args.length === 0 ? 'none' : args.map((argument) => JSON.stringify(argument)).join(' ')}`,
      `SHA-256: ${sha256}`,
      '',
      'It runs with your rights. Allow it only if you know it, such as the sign-in program of your cloud. You are asked again when the file changes.',
    ].join('\n'),
    buttons: ['Do not run', 'Run the program'],
    defaultId: refusal,
    cancelId: refusal,
    noLink: true,
  }
}
