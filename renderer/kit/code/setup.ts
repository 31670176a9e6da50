import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, RangeSet, StateEffect, StateField, type Extension } from '@codemirror/state'
import {
  Decoration,
  drawSelection,
  EditorView,
  GutterMarker,
  gutterLineClass,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'

/** Marks these lines, from 1, as wrong. */
export const setWrongLines = StateEffect.define<readonly number[]>()

class WrongNumber extends GutterMarker {
  override elementClass = 'k-code-wrong'
}

const wrongLine = Decoration.line({ class: 'k-code-wrong' })
const wrongNumber = new WrongNumber()

const wrongLines = StateField.define<readonly number[]>({
  create: () => [],
  update: (lines, { effects }) =>
    effects.reduce((now, effect) => (effect.is(setWrongLines) ? effect.value : now), lines),
  provide: (field) => [
    EditorView.decorations.compute([field, 'doc'], (state) =>
      RangeSet.of(startsOf(state, field).map((at) => wrongLine.range(at))),
    ),
    gutterLineClass.compute([field, 'doc'], (state) =>
      RangeSet.of(startsOf(state, field).map((at) => wrongNumber.range(at))),
    ),
  ],
})

function startsOf(state: EditorState, field: StateField<readonly number[]>): number[] {
  const lines = new Set(state.field(field).filter((line) => line >= 1 && line <= state.doc.lines))
  return [...lines].sort((a, b) => a - b).map((line) => state.doc.line(line).from)
}

/** What reading and writing share. Tab leaves the editor, as it leaves every field: two spaces are typed. */
export function setup(label: string): Extension[] {
  return [
    lineNumbers(),
    codeFolding({ placeholderText: '…' }),
    foldGutter({ openText: '⌄', closedText: '›' }),
    yaml(),
    // Classes, because the colours are tokens and change with the theme.
    syntaxHighlighting(classHighlighter),
    bracketMatching(),
    search({ top: true }),
    highlightSelectionMatches(),
    keymap.of([...searchKeymap, ...foldKeymap]),
    wrongLines,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
  ]
}

export const writing: Extension[] = [
  history(),
  indentOnInput(),
  highlightActiveLine(),
  drawSelection(),
  keymap.of([...defaultKeymap, ...historyKeymap]),
]

/** The text can be focused, searched, folded and copied; keys that would change it do nothing. */
export const reading: Extension[] = [
  EditorState.readOnly.of(true),
  keymap.of(defaultKeymap),
  EditorView.contentAttributes.of({ 'aria-readonly': 'true' }),
]
