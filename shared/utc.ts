/**
 * A time in a sentence of the engine: `2026-11-18 14:32 UTC`. The window writes times that come as fields by the person's own clock.
 * @param at milliseconds since 1970
 */
export function utcText(at: number): string {
  return Number.isFinite(at) ? `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'an unknown time'
}
