/** Quotes one word for POSIX shells and for fish. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
