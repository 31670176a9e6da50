import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { goldenPath, goldensOf, goldenText } from './goldens.ts'
import { migrationsPath, migrationsText } from './migrations.ts'
import { readBundle } from './rendered.ts'

const bundle = await readBundle()
const advice = 'is out of date: run npm run render -- --write, and read what changed'

describe('what is made from something else', () => {
  it.each(goldensOf(bundle).map((golden) => [golden.name, golden] as const))(
    'rendered/%s is up to date',
    async (name, golden) => {
      const isCurrent = (await readFile(goldenPath(golden), 'utf8')) === (await goldenText(bundle, golden))
      expect(isCurrent, `${name} ${advice}`).toBe(true)
    },
  )

  it('migrations.json is up to date', async () => {
    expect((await readFile(migrationsPath, 'utf8')) === migrationsText(), `migrations.json ${advice}`).toBe(true)
  })

  it('holds no secret value', async () => {
    for (const golden of goldensOf(bundle))
      expect(await goldenText(bundle, golden)).toContain('JWT_SECRET: <generated when it is deployed>')
  })
})
