import { credentialLines } from '#shared/rpc/consent.ts'
import type { CredentialsQuestion } from '#shared/rpc/host.ts'
import { visible } from '#shared/visibleText.ts'

/** The button that Enter, Escape and closing the dialog press. */
export const refusal = 0

/** The question whether a kubeconfig may send credentials where they could go astray. */
export function credentialsDialog(question: CredentialsQuestion) {
  const reasons = [
    ...(question.files.length > 0 ? ['reads files outside its own folder to sign in'] : []),
    ...(question.isPlain ? ['sends credentials over an unencrypted connection'] : []),
  ]
  return {
    type: 'warning' as const,
    title: 'Send these credentials?',
    message: `The kubeconfig context ${visible(question.context)} ${reasons.join(', and ')}.`,
    detail: [
      ...credentialLines(question),
      '',
      'Anyone who runs that server can use the credentials. Allow it only if you know the server and the kubeconfig. You are asked again when the server or the files change.',
    ].join('\n'),
    buttons: ['Do not send', 'Send to this server'],
    defaultId: refusal,
    cancelId: refusal,
    noLink: true,
  }
}
