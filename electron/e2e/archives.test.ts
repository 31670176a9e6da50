import { execFileSync } from 'node:child_process'
import { mkdir, open, readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './app.ts'
import { removeNamespace, sql, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import {
  backups,
  clusterTime,
  deploymentDone,
  dialog,
  main,
  marked,
  openContext,
  rail,
  startDeployment,
  takeBackup,
} from './window.ts'

// One suite for the whole file; the disk is made larger after the test that fills it.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('archives')
const knowledge = 'select count(*) from archon_agent_knowledge'
const isRoot = process.platform === 'linux' && process.getuid?.() === 0
let app: OpenApp
let folder = ''

test.beforeAll(async ({ cluster }) => {
  app = await openApp(cluster, {
    contexts: [{ name: 'e2e', namespace }],
    prepare: async (dataDirectory) => {
      folder = join(dataDirectory, 'backups')
      await mkdir(folder, { mode: 0o700 })
      if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', folder])
    },
  })
  await openContext(app.page, 'e2e')
  await startDeployment(app.page)
  await deploymentDone(app.page)
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.electron.close()
    if (isRoot) execFileSync('umount', [folder])
    await app.remove()
  } finally {
    await removeNamespace(cluster, namespace)
  }
})

test('a full disk ends a backup with what to do, leaves nothing behind, and the next one works', async () => {
  test.skip(!isRoot, 'A small disk of its own can be mounted by root on Linux only.')
  const { page } = app
  await rail(page, 'Backups').click()
  await page.getByTestId('backup-now').getByRole('button').click()
  const failure = main(page).getByRole('alert').filter({ hasText: 'The disk that holds the backups is full' })
  await expect(failure).toBeVisible({ timeout: clusterTime })
  expect(await dumps()).toEqual([])
  await expect(page.getByText('No backups of e2e yet')).toBeVisible()
  execFileSync('mount', ['-o', 'remount,size=64m', folder])
  await takeBackup(page)
  await expect(backups(page)).toHaveCount(1)
  await expect(failure).toBeHidden()
})

test('a bit-flipped archive is refused, and nothing is changed', async ({ cluster }) => {
  const { page } = app
  if ((await backups(page).count()) === 0) await takeBackup(page)
  const before = await sql(cluster, namespace, knowledge)
  const archive = await onlyArchive()
  await flipBit(archive)
  await marked(page, 'restore-open').click()
  await refused()
  expect(await sql(cluster, namespace, knowledge)).toBe(before)
  await flipBit(archive)
})

test('a truncated archive is listed as damaged and cannot be chosen', async ({ cluster }) => {
  const { page } = app
  const before = await sql(cluster, namespace, knowledge)
  const archive = await onlyArchive()
  await truncate(archive, Math.floor((await stat(archive)).size / 2))
  await rail(page, 'Overview').click()
  await rail(page, 'Backups').click()
  await expect(backups(page).first()).toContainText('Damaged', { timeout: 60_000 })
  await expect(
    main(page)
      .getByText(/cut short or was changed/)
      .first(),
  ).toBeVisible()
  await expect(marked(page, 'restore-open')).toHaveAttribute('aria-disabled', 'true')
  expect(await sql(cluster, namespace, knowledge)).toBe(before)
})

/** Either the plan names the damage, or the restore ends at its first step; the database is as before. */
async function refused(): Promise<void> {
  const { page } = app
  const confirm = marked(page, 'restore-confirm')
  const complaint = dialog(page)
    .getByText(/cut short or was changed/)
    .first()
  await expect(complaint.or(dialog(page).getByText('archon_agent_knowledge')).first()).toBeVisible({ timeout: 60_000 })
  if (!(await complaint.isVisible())) await confirm.click()
  await expect(complaint).toBeVisible({ timeout: clusterTime })
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
}

async function dumps(): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => /database\.dump|\.partial/.test(name))
}

async function onlyArchive(): Promise<string> {
  const name = (await dumps()).find((each) => each.endsWith('database.dump'))
  if (name === undefined) throw new Error('there is no archive')
  return join(folder, name)
}

async function flipBit(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const at = Math.floor((await file.stat()).size / 2)
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, at)
    byte.writeUInt8(byte.readUInt8() ^ 1)
    await file.write(byte, 0, 1, at)
  } finally {
    await file.close()
  }
}
