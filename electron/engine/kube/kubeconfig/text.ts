import { KubeconfigFault } from './fault.ts'

/**
 * The text of a kubeconfig: UTF-8, or UTF-16 where a byte order mark says so, as kubectl's YAML reads it. Every kind of line end becomes `\n`.
 * @throws KubeconfigFault where bytes are no text, or are control characters
 */
export function textOf(bytes: Uint8Array): string {
  const text = decode(bytes).replace(/\r\n?|\u0085/g, '\n')
  // The characters that YAML 1.1 calls printable; everything else in a kubeconfig is a fault or an attack.
  const strange = /[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text)
  if (!strange) return text
  const code = (strange[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  throw new KubeconfigFault(
    `not valid YAML: the control character U+${code} is not allowed. Remove it.`,
    lineAt(text, strange.index),
  )
}

function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    const readable = new TextDecoder(encoding).decode(bytes)
    const line = lineAt(readable, readable.indexOf('\ufffd'))
    throw new KubeconfigFault(
      `not valid YAML: the file is not valid ${encoding.toUpperCase()}. Save it as UTF-8.`,
      line,
    )
  }
}

const lineAt = (text: string, index: number): number => text.slice(0, Math.max(0, index)).split(/\r\n?|\n/).length
