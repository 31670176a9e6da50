import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { valueFault } from '#shared/contract/deploy.ts'
import { ConsoleError } from '#shared/errors.ts'
import { writeGoldens } from './render/goldens.ts'
import { writeMigrations } from './render/migrations.ts'
import { writeOperatorRole } from './render/operatorRole.ts'
import { readBundle, renderedText } from './render/rendered.ts'

const usage = `npm run render -- --profile NAME [--values FILE] [--namespace NAME] [--version TAG] [--release NAME] [--secrets]
npm run render -- --write

Prints the manifests of the suite as YAML. --secrets prints generated secret values as well.
--write brings everything in resources/manifests up to date that is made from something else.`

/** Prints only when everything is right, so that half a rendering is never piped into kubectl. */
async function main(): Promise<void> {
  const { values: given } = parseArgs({
    options: {
      profile: { type: 'string' },
      values: { type: 'string' },
      namespace: { type: 'string', default: 'agency-swarm' },
      version: { type: 'string' },
      release: { type: 'string', default: 'rendered' },
      secrets: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (given.help) {
    console.log(usage)
    return
  }
  if (given.write) {
    const paths = [...(await writeMigrations()), ...(await writeOperatorRole())]
    paths.push(...(await writeGoldens(await readBundle())))
    for (const path of paths) console.log(`render: wrote ${path}`)
    return
  }
  if (given.profile === undefined) throw new ConsoleError('BAD_INPUT', `Say which profile.\n\n${usage}`)
  const file = given.values
  const values = file === undefined ? '' : await readFile(file, 'utf8')
  const bundle = await readBundle()
  try {
    const { profile, namespace, release, secrets: showSecrets } = given
    const version = given.version ?? (await ownVersion())
    process.stdout.write(renderedText(bundle, { profile, values, namespace, version, release, showSecrets }))
  } catch (error) {
    const faults = error instanceof ConsoleError ? z.array(valueFault).safeParse(error.details['faults']) : undefined
    if (!faults?.success) throw error
    for (const { path, line, message } of faults.data)
      console.error(`${file ?? 'values'}:${line}: ${path === '' ? '' : `${path}: `}${message}`)
    process.exitCode = 1
  }
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
