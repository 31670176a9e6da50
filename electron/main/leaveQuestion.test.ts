import { expect, it } from 'vitest'
import { leaveAnswers, leaveQuestion } from './leaveQuestion.ts'

const work = (count: number, uncancellable = '') =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    title: `Backup ${index}`,
    place: 'shop',
    uncancellable,
  }))

it('lists what runs, within a screen, and says what each answer does', () => {
  const { message, detail, buttons, defaultId, cancelId } = leaveQuestion(work(11))
  expect(message).toBe('11 tasks are still running.')
  expect(detail.match(/^• /gm)).toHaveLength(8)
  expect(detail).toContain('Backup 7 (shop)\n   and 3 more')
  expect(detail).toContain('Stopping cancels the work.')
  expect(leaveAnswers[defaultId]).toBe('background')
  expect(leaveAnswers[cancelId]).toBe('cancel')
  expect(buttons).toHaveLength(leaveAnswers.length)
  expect(leaveQuestion(work(1)).message).toBe('A task is still running.')
})

it('names what cannot be stopped', () => {
  const bound = work(1, 'The swap is running.').map((each) => ({ ...each, title: 'Restore' }))
  const { detail } = leaveQuestion([...work(1), ...bound])
  expect(detail).toContain('Restore cannot be stopped now.')
  expect(detail).not.toContain('Backup 0 cannot')
})
