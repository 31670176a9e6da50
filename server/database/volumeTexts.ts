import { createHash } from 'node:crypto'
import { embed } from './offlineEmbedding.ts'

/** What generated tasks, ratings and documents are made of. */
export const volumeTexts = {
  verbs: [
    'Summarise',
    'Compare',
    'Check',
    'Translate',
    'Classify',
    'Rewrite',
    'Review',
    'Explain',
    'Collect',
    'Estimate',
  ],
  subjects: [
    'the incident reports of last week',
    'two offers for network equipment',
    'the release notes',
    'answers to the customer survey',
    'log lines of the payment service',
    'the minutes of the board meeting',
    'open questions about the migration',
    'contracts that end this quarter',
    'the results of the load test',
    'complaints about deliveries',
    'the onboarding guide',
    'translations of the help pages',
  ],
  reasons: [
    'The model refused: there is nothing to work on.',
    'The endpoint of the model did not answer.',
    'The budget was spent.',
    'Cancelled by its submitter.',
  ],
  comments: [
    'Exactly what I needed.',
    'Too long.',
    'Missed the second document.',
    'Good, but slow.',
    'Wrong language.',
  ],
} as const

export interface VolumeDocument {
  readonly title: string
  readonly content: string
  /** Of the offline model. */
  readonly vector: string
}

/** Documents of some sentences each, decided by seed and place alone. */
export function volumeDocuments(seed: number, count: number): VolumeDocument[] {
  const { verbs, subjects } = volumeTexts
  return Array.from({ length: count }, (_, index) => {
    const drawn = createHash('sha256').update(`${seed}:document:${index}`).digest()
    const one = (texts: readonly string[], at: number) => texts[drawn.readUInt16BE(at) % texts.length] ?? ''
    const title = `${one(verbs, 0)} ${one(subjects, 2)}: practice ${seed}-${index}`
    const sentences = Array.from(
      { length: 2 + (drawn.readUInt8(4) % 5) },
      (_unused, place) => `${one(verbs, 6 + 2 * place)} ${one(subjects, 16 + 2 * place)} before the next step.`,
    )
    const content = sentences.join(' ')
    return { title, content, vector: embed(`${title} ${content}`) }
  })
}
