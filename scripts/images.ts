import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { version as versionPattern } from '#shared/contract/deploy.ts'
import { withContext } from './images/context.ts'
import {
  buildArguments,
  engineNames,
  findEngine,
  pushCommands,
  saveCommands,
  type EngineName,
} from './images/engine.ts'
import { projectRoot } from './setup/projectRoot.ts'
import { run } from './setup/run.ts'

const usage = `npm run images -- [--engine docker|podman|buildah] [--version TAG] [--only suite|postgresql] [--build-arg NAME=VALUE]...
                [--push REGISTRY] [--save FILE]

Builds the images of resources/images with the first engine that is there. --push brings them into a registry (registry.example.com/team/),
--save writes an OCI archive, which is carried to clusters without a network:
  ctr -n k8s.io images import FILE        or        skopeo copy oci-archive:FILE:docker.io/agency-swarm/suite:TAG docker://...`

const registryPattern = z.string().regex(/^[a-z0-9.-]+(:[0-9]{1,5})?\/([a-z0-9._-]+\/)*$/)

function parse() {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      version: { type: 'string' },
      only: { type: 'string' },
      'build-arg': { type: 'string', multiple: true, default: [] },
      push: { type: 'string' },
      save: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const check = <T>(schema: z.ZodType<T>, name: string, value: string | undefined): T | undefined => {
    if (value === undefined) return undefined
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw new Error(`--${name} cannot be ${JSON.stringify(value)}.\n\n${usage}`)
    return parsed.data
  }
  return {
    help: values.help,
    engine: check(z.enum(engineNames), 'engine', values.engine),
    version: check(versionPattern, 'version', values.version),
    only: check(z.enum(['suite', 'postgresql']), 'only', values.only),
    buildArguments: values['build-arg'],
    push: check(registryPattern, 'push', values.push),
    save: values.save,
  }
}

async function main(): Promise<void> {
  const options = parse()
  if (options.help) {
    console.log(usage)
    return
  }
  const engine = await findEngine(options.engine)
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')))
  const images = [
    { id: 'suite', name: `agency-swarm/suite:${options.version ?? version}` },
    { id: 'postgresql', name: 'agency-swarm/postgresql:pg15' },
  ].filter(({ id }) => options.only === undefined || options.only === id)
  await withContext(async (context) => {
    for (const { id, name } of images) {
      console.log(`images: building ${name} with ${engine}`)
      const containerfile = join(projectRoot, 'resources', 'images', `${id}.Containerfile`)
      const build = { containerfile, context, name, buildArguments: options.buildArguments }
      await run(engine, buildArguments(engine, build), { inherit: true })
    }
  })
  const names = images.map(({ name }) => name)
  if (options.push !== undefined) await push(engine, names, options.push)
  if (options.save !== undefined) await save(engine, names, resolve(options.save))
}

async function push(engine: EngineName, names: string[], registry: string): Promise<void> {
  for (const name of names) {
    console.log(`images: pushing ${registry}${name}`)
    for (const command of pushCommands(engine, name, registry)) await run(engine, command, { inherit: true })
  }
}

async function save(engine: EngineName, names: string[], archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'agency-swarm-layout-'))
  try {
    for (const command of saveCommands(engine, names, folder, archive)) await run(engine, command)
    if (engine !== 'docker') await run('tar', ['-C', folder, '-cf', archive, '.'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  console.log(`images: wrote ${archive}`)
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
