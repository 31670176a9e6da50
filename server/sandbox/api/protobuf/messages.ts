import table from './messages.json' with { type: 'json' }

/**
 * Field numbers of the messages clients send, read off the `protobuf` tags of k8s.io/api and k8s.io/apimachinery v0.35.2. One
 * text per message: `number=jsonName:type`, `[]` a list, `{}` a map from strings, `@` another message, `<` inlined into its
 * parent, `!` a field whose zero value is a value.
 */
export const messages: Readonly<Record<string, string>> = table.messages

/** The message of a kind, by `apiVersion kind`. */
export const messageOfKind: Readonly<Record<string, string>> = table.kinds
