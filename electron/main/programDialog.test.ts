import { expect, it } from 'vitest'
import { credentialsDialog } from './credentialsDialog.ts'
import { answers, programDialog, refusal } from './programDialog.ts'

const question = {
  context: 'prod-eu-1',
  path: '/usr/local/bin/kubelogin',
  sha256: 'a'.repeat(64),
  args: ['get-token', 'two words'],
  variables: [{ name: 'AWS_PROFILE', value: 'admin' }],
  mayWiden: true,
}

it('names the context, the absolute path, the arguments and the hash', () => {
  const { message, detail } = programDialog(question)
  expect(message).toContain('prod-eu-1')
  expect(detail).toContain('/usr/local/bin/kubelogin')
  expect(detail).toContain('"get-token" "two words"')
  expect(detail).toContain('"AWS_PROFILE" = "admin"')
  expect(detail).toContain(question.sha256)
})

it('refuses when the person presses Enter, Escape or closes it', () => {
  const { buttons, defaultId, cancelId } = programDialog(question)
  expect([defaultId, cancelId]).toEqual([refusal, refusal])
  expect(buttons[refusal]).toBe('Do not run')
})

it('offers any arguments only where the program does not run what its arguments say', () => {
  expect(programDialog(question).buttons.map((_, index) => answers[index])).toEqual(['no', 'these', 'any'])
  const { buttons } = programDialog({ ...question, path: '/bin/sh', mayWiden: false })
  expect(buttons.map((_, index) => answers[index])).toEqual(['no', 'these'])
})

it('shows white space, control and invisible characters of the call', () => {
  const args = ['-c', 'echo ok' + ' '.repeat(3) + '\n\u202ecurl evil\u200b']
  const { detail, message } = programDialog({
    ...question,
    context: 'prod\u2066',
    args,
    variables: [{ name: 'LD_PRELOAD ', value: '/tmp/a\tb' }],
  })
  expect(detail).toContain(String.raw`"echo ok \u{0020}\u{0020}\n\u{202E}curl evil\u{200B}"`)
  expect(detail).toContain(String.raw`"LD_PRELOAD\u{0020}" = "/tmp/a\tb"`)
  expect(message).toContain(String.raw`"prod\u{2066}"`)
})

it('asks about credentials with the server, the files and the missing encryption, and sends nothing by default', () => {
  const { message, detail, buttons, defaultId, cancelId } = credentialsDialog({
    context: 'found',
    server: 'http://198.51.100.7:8080',
    files: ['/home/maya/.ssh/id_ed25519'],
    isPlain: true,
  })
  expect(message).toContain('"found"')
  for (const part of ['http://198.51.100.7:8080', '/home/maya/.ssh/id_ed25519', 'without encryption'])
    expect(detail).toContain(part)
  expect([buttons[defaultId], buttons[cancelId]]).toEqual(['Do not send', 'Do not send'])
})
