import { randomInt } from 'node:crypto'
import type { KubeObject } from '#shared/kubeObject.ts'

/**
 * `stringData` becomes `data`: with server-side apply the server keeps both and their owners apart, and a removed key would stay.
 * (Kubernetes, "Secret": "The stringData field does not work well with server-side apply".)
 */
export function fillSecret(secret: KubeObject, present: ReadonlyMap<string, string>): KubeObject {
  const { stringData = {}, ...rest } = secret as KubeObject & { stringData?: Record<string, string> }
  const data = Object.entries(stringData).map(([key, text]) => {
    const length = /^\$\{generated:(\d+)\}$/.exec(text)?.[1]
    const value = length === undefined ? text : (present.get(key) ?? generated(Number(length)))
    return [key, Buffer.from(value).toString('base64')] as const
  })
  return { ...rest, data: { ...(rest['data'] as Record<string, string> | undefined), ...Object.fromEntries(data) } }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function generated(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
