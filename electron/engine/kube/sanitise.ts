/** Whole terminal sequences: CSI (colours, cursor), OSC and the other strings up to their terminator, two-byte escapes. */
const sequences =
  // Control characters are what this file is about.
  new RegExp(
    [
      '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]',
      '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)',
      '\\u001b[ -/]*[0-Z\\\\^-~]',
    ].join('|'),
    'g',
  )

/** C0 without tab and newline, DEL, C1, and the marks that reorder text (Trojan Source, CVE-2021-42574). */
const dangerous = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2028\\u2029\\u2066-\\u2069]',
  'g',
)

const needsWork = new RegExp(`\\n|${dangerous.source}`)

/** U+2400 and up are the pictures of the C0 controls; DEL has its own. */
function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}

/**
 * Text that came from a cluster, made safe to show (CVE-2021-25743): whole escape sequences are removed, other controls
 * become visible pictures, direction overrides become U+FFFD. Tab stays. With `keepNewlines`, so does \n.
 * This is the one place where it is done; call it where cluster data enters.
 */
export function sanitise(text: string, options: { keepNewlines?: boolean } = {}): string {
  if (!needsWork.test(text)) return text
  const safe = text.replace(sequences, '').replace(dangerous, picture)
  return options.keepNewlines ? safe : safe.replaceAll('\n', '\u240a')
}
