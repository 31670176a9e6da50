import { getObject, type ClusterConnection } from '../kube/index.ts'

interface KeyReference {
  name: string
  key: string
}

export interface Container {
  name: string
  ports?: { containerPort: number }[]
  env?: {
    name: string
    value?: string
    valueFrom?: { configMapKeyRef?: KeyReference; secretKeyRef?: KeyReference }
  }[]
}

/** The variables of a container that are written down, in ConfigMaps or in Secrets. Holds secrets: for the engine alone. */
export async function containerVariables(
  connection: ClusterConnection,
  namespace: string,
  container: Container,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const read = async (kind: 'ConfigMap' | 'Secret', { name, key }: KeyReference) => {
    const object = await getObject(connection, { apiVersion: 'v1', kind, namespace, name }, { signal })
    const text = (object['data'] as Record<string, string> | undefined)?.[key]
    return kind === 'Secret' && text !== undefined ? Buffer.from(text, 'base64').toString() : text
  }
  const variables = new Map<string, string>()
  for (const { name, value, valueFrom } of container.env ?? []) {
    const { configMapKeyRef, secretKeyRef } = valueFrom ?? {}
    const found = configMapKeyRef
      ? await read('ConfigMap', configMapKeyRef)
      : secretKeyRef
        ? await read('Secret', secretKeyRef)
        : value
    if (found !== undefined) variables.set(name, found)
  }
  return variables
}
