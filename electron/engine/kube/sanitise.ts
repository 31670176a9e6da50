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

/**
 * C0 without tab and newline, DEL, C1, the marks that reorder text (Trojan Source, CVE-2021-42574), and what is drawn as nothing: zero
 * width characters, fillers, soft hyphens, tags (Unicode's Default_Ignorable_Code_Point). The joiner of emoji stays between emoji.
 */
const dangerous = new RegExp(
  '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200c\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb\\u{e0000}-\\u{e0fff}]|(?<![\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d|\\u200d(?!\\p{Extended_Pictographic})',
  'gu',
)

const needsWork = new RegExp(`\\n|${dangerous.source}`, 'u')
const unsafe = new RegExp(dangerous.source, 'u')

/** Whether a text holds nothing that `sanitise` would change but newlines. */
export const isSafe = (text: string): boolean => !unsafe.test(text)

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
