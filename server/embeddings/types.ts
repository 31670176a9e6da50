/** Turns texts into vectors of one model. */
export interface Embedder {
  /** Recorded with each row; vectors of different models are never compared. */
  readonly model: string
  readonly dimensions: number
  /**
   * One vector a text, in the order of the texts, each in pgvector's text form.
   * @throws EmbeddingUnavailable when the model cannot be reached or does not answer as agreed
   */
  readonly embed: (texts: readonly string[], signal: AbortSignal) => Promise<readonly string[]>
}
