import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '#shared/kubeObject.ts'
import { projectRoot } from '../../../scripts/setup/projectRoot.ts'
import { titleOf, variants } from './testing/variants.ts'

const all = await variants()

/** The packages that describe groups which are no part of Kubernetes itself. */
const packages: Record<string, string> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
}

function modulePath({ apiVersion, kind }: KubeObject): string {
  const [group = ''] = apiVersion.split('/')
  return `${packages[group] ?? 'kubernetes-models'}/${apiVersion}/${kind}`
}

interface Model {
  validate(): void
}

/** What the published schema says about types, required fields, formats and enumerations. */
async function complaints(object: KubeObject): Promise<string[]> {
  const module = (await import(modulePath(object))) as Record<string, new (data: object) => Model>
  const Model = module[object.kind]
  if (!Model) return [`There is no model of ${object.kind}.`]
  try {
    new Model(structuredClone(object)).validate()
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/**
 * Fields that the schema does not know. The models' validators pass over them, their types do not: TypeScript refuses surplus properties of a
 * literal. All objects are checked as one file that exists in memory alone.
 */
function typeErrors(objects: KubeObject[]): string[] {
  const file = join(projectRoot, 'scripts', 'render', 'manifests-in-memory.ts')
  const lines = objects.map((object, index) => {
    const type = `I${object.kind}`
    return `import type { ${type} as T${index} } from ${JSON.stringify(modulePath(object))}\nexport const o${index}: T${index} = ${JSON.stringify(object)}`
  })
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  }
  const disk = ts.createCompilerHost(options)
  const source = lines.join('\n')
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => name === file || disk.fileExists(name),
    readFile: (name) => (name === file ? source : disk.readFile(name)),
    getSourceFile: (name, version) =>
      name === file ? ts.createSourceFile(name, source, version) : disk.getSourceFile(name, version),
  }
  const program = ts.createProgram([file], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start = 0 }) => {
    const line = source.slice(0, start).split('\n').length
    const object = objects[Math.floor((line - 1) / 2)]
    return `${object ? titleOf(object) : '?'}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

describe('every object', () => {
  it.each(all)('of $name is what the published schemas of Kubernetes ask for', async ({ objects }) => {
    for (const object of objects) expect([titleOf(object), await complaints(object)]).toEqual([titleOf(object), []])
  })

  it('of every profile has no field that the schemas do not know', () => {
    expect(typeErrors(all.flatMap(({ objects }) => objects))).toEqual([])
  })
})

describe('the schemas', () => {
  const deployment = all.flatMap(({ objects }) => objects).find(({ kind }) => kind === 'Deployment')
  const broken = (change: (spec: Record<string, unknown>) => void) => {
    const object = structuredClone(deployment) as KubeObject
    change(object.spec ?? {})
    return object
  }

  it('notice a wrong type, a missing field and an unknown one', async () => {
    const wrong = broken((spec) => (spec['replicas'] = 'two'))
    expect((await complaints(wrong)).join()).toContain('replicas')
    const missing = broken((spec) => delete spec['selector'])
    expect((await complaints(missing)).join()).toContain('selector')
    const unknown = broken((spec) => (spec['replica'] = 2))
    expect(typeErrors([unknown]).join()).toMatch(/known properties.*replica/)
  })
})
