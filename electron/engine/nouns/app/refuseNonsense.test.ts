import { expect, it } from 'vitest'
import { refuseNonsense } from './refuseNonsense.ts'

it('lets a program, a registry and nothing at all pass', async () => {
  for (const change of [
    {},
    { kubectlPath: '', imageRegistry: '' },
    { kubectlPath: process.execPath },
    { imageRegistry: 'docker.io/' },
  ])
    await expect(refuseNonsense(change)).resolves.toBeUndefined()
})

it.each([
  [{ kubectlPath: '/nowhere/kubectl' }, 'not a file that can be run'],
  [{ kubectlPath: import.meta.dirname }, 'not a file that can be run'],
  [{ kubectlPath: import.meta.filename }, 'not a file that can be run'],
  [{ kubectlPath: 'banana' }, 'absolute'],
  [{ imageRegistry: 'banana banana' }, 'slash'],
])('refuses %j', async (change, word) => {
  await expect(refuseNonsense(change)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining(word) as string,
  })
})
