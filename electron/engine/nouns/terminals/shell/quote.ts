/** One word for every shell that reads POSIX quotes, and for fish. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
