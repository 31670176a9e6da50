import { confirm, type DockTab } from '../../app/index.ts'
import { plural } from '../../kit/index.ts'
import { pasteQuestion } from './PasteQuestion.tsx'

/** Control characters have no place in a paste: an escape may end what the shell takes as pasted, and run the rest. */
const controls = new RegExp('[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]', 'g')

/** What would be pasted: without control characters, with the line ends of terminals. */
export function pasteOf(text: string): { text: string; lines: string[]; removed: number } {
  const removed = text.match(controls)?.length ?? 0
  const clean = text.replaceAll(controls, '').replaceAll(/\r\n?/g, '\n')
  return { text: clean, lines: clean.replace(/\n$/, '').split('\n'), removed }
}

/** One line goes in at once, without its line end, so that it waits for Enter. Several are shown and asked about. */
export async function pasteInto(tab: DockTab, given: string, paste: (text: string) => void): Promise<void> {
  const { text, lines, removed } = pasteOf(given)
  if (lines.length === 1) {
    paste(lines[0] ?? '')
    return
  }
  const confirmation = await confirm({
    level: 2,
    title: `Paste ${plural(lines.length, 'line')} into ${tab.title} ${tab.number}?`,
    message: pasteQuestion(text, removed),
    confirmLabel: `Paste ${plural(lines.length, 'line')}`,
    isDanger: true,
    ...(tab.cluster !== undefined && { cluster: tab.cluster }),
  })
  if (confirmation) paste(text)
}
