import { expect, it } from 'vitest'
import { answers, programDialog, refusal } from './programDialog.ts'

const question = {
  context: 'prod-eu-1',
  path: '/usr/local/bin/kubelogin',
  sha256: 'a'.repeat(64),
  args: ['get-token', 'two words'],
  variables: ['AWS_PROFILE'],
  mayWiden: true,
}

it('names the context, the absolute path, the arguments and the hash', () => {
  const { message, detail } = programDialog(question)
  expect(message).toContain('prod-eu-1')
  expect(detail).toContain('/usr/local/bin/kubelogin')
  expect(detail).toContain('"get-token" "two words"')
  expect(detail).toContain('AWS_PROFILE')
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
