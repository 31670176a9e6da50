type Fields = Record<string, unknown>

export const podSpec = (fields: Fields = {}): Fields => ({
  containers: [{ name: 'main', image: 'sandbox/test:1' }],
  ...fields,
})

/** The replicas, selector and template of a workload whose pods are labelled `app: <name>`. */
export const workload = (
  name: string,
  fields: Fields = {},
): { kind: string; metadata: { name: string }; spec: Fields } => ({
  kind: '',
  metadata: { name },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: podSpec() },
    ...fields,
  },
})

/** A change of the template's image: what `kubectl set image` does. */
export const setImage =
  (image: string) =>
  (object: { spec?: Fields }): void => {
    const template = object.spec?.template as { spec: { containers: { image: string }[] } }
    const [container] = template.spec.containers
    if (container !== undefined) container.image = image
  }
