import { stringify } from 'yaml'
import { loadBundle, render, type Bundle, type Rendering } from '#shared/bundle/index.ts'
import type { KubeObject } from '#shared/kubeObject.ts'
import { join } from 'node:path'
import { projectRoot } from '../setup/projectRoot.ts'

export const resourcesDirectory = join(projectRoot, 'resources')

/** What stands in the place of a secret value. */
const masked = '<generated when it is deployed>'

export interface RenderOptions extends Pick<Rendering, 'profile' | 'values' | 'namespace' | 'version' | 'release'> {
  /** Whether generated secret values are printed; without it nothing of them is. */
  showSecrets?: boolean
}

export const readBundle = () => loadBundle(resourcesDirectory)

/** All objects in the order in which they are applied. @throws ConsoleError BAD_INPUT with `details.faults` */
export function renderedObjects(bundle: Bundle, options: RenderOptions): KubeObject[] {
  const { showSecrets = false, ...rendering } = options
  const stages = render(bundle, { ...rendering, registry: '', secrets: new Map() })
  const objects = stages.flatMap((stage) => stage.objects)
  return showSecrets ? objects : objects.map((object) => (object.kind === 'Secret' ? mask(object) : object))
}

/** Several documents, as `kubectl apply -f` takes them. */
export function renderedText(bundle: Bundle, options: RenderOptions): string {
  // Words that YAML 1.1 reads as something else (no, on, 0777) are quoted: kubectl reads 1.1.
  const text = (object: KubeObject) => stringify(object, { lineWidth: 0, compat: 'yaml-1.1' })
  return renderedObjects(bundle, options).map(text).join('---\n')
}

function mask(secret: KubeObject): KubeObject {
  const data = secret['data'] as Record<string, string>
  return { ...secret, data: Object.fromEntries(Object.keys(data).map((key) => [key, masked])) }
}
