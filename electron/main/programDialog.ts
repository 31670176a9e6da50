import { programLines } from '#shared/rpc/consent.ts'
import type { ProgramAnswer, ProgramQuestion } from '#shared/rpc/host.ts'
import { visible } from '#shared/visibleText.ts'

/** What each button means, in their order. */
export const answers: readonly ProgramAnswer[] = ['no', 'these', 'any']

/** The button that Enter, Escape and closing the dialog press. */
export const refusal = 0

/** The question whether a program named by a kubeconfig may run, with everything needed to recognise it. */
export function programDialog(question: ProgramQuestion) {
  return {
    type: 'warning' as const,
    title: 'Run a sign-in program?',
    message: `The kubeconfig context ${visible(question.context)} signs in by running a program on this computer.`,
    detail: [
      ...programLines(question),
      '',
      'It runs with your rights. Allow it only if you know it, such as the sign-in program of your cloud. You are asked again when the file, its variables or its arguments change.',
    ].join('\n'),
    buttons: ['Do not run', 'Run it with these arguments', ...(question.mayWiden ? ['Run it with any arguments'] : [])],
    defaultId: refusal,
    cancelId: refusal,
    noLink: true,
  }
}
