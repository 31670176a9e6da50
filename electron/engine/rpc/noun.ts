/** What a noun brings to the engine: its calls, and what it does at the engine's beginning and end. */
export interface Noun<Handlers = unknown> {
  /** By the names of the contract. */
  handlers: Handlers
  /** Begins what runs without being asked. */
  start?: () => void
  /** What an earlier engine left half done: found, and offered or finished. */
  recover?: () => Promise<void>
  /** Ends what runs and closes what is open. */
  stop?: () => void | Promise<void>
}

type HandlersOf<Nouns> = { [Name in keyof Nouns]: Nouns[Name] extends Noun<infer Handlers> ? Handlers : never }

/** The handlers alone, for the router; a call that is missing there does not compile. */
export function handlersOf<Nouns extends Record<string, Noun>>(nouns: Nouns): HandlersOf<Nouns> {
  return Object.fromEntries(Object.entries(nouns).map(([name, { handlers }]) => [name, handlers])) as HandlersOf<Nouns>
}

/** In the order they are listed: who is used comes before who uses it. */
export function startNouns(nouns: Record<string, Noun>): void {
  for (const noun of Object.values(nouns)) noun.start?.()
  for (const [name, noun] of Object.entries(nouns))
    noun.recover?.().catch((error: unknown) => console.error(`Recovery of ${name}:`, error))
}

/** In the reverse order. One that cannot stop keeps no other from stopping. */
export async function stopNouns(nouns: Record<string, Noun>): Promise<void> {
  for (const [name, noun] of Object.entries(nouns).reverse()) {
    try {
      await noun.stop?.()
    } catch (error) {
      console.error(`Stopping ${name}:`, error)
    }
  }
}
