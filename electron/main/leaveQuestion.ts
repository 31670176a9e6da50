import type { RunningWork } from '#shared/rpc/host.ts'

export type LeaveAnswer = 'background' | 'stop' | 'cancel'

/** What each button means, in their order. */
export const leaveAnswers: readonly LeaveAnswer[] = ['background', 'stop', 'cancel']

/** Lines of the dialog; with more it would grow out of the screen. */
const shownTasks = 8

/** The question when the window closes, or the app quits, while work runs. */
export function leaveQuestion(work: readonly RunningWork[]) {
  const listed = work.slice(0, shownTasks).map(({ title, place }) => `•  ${title}${place === '' ? '' : ` (${place})`}`)
  const more = work.length - listed.length
  const bound = work.filter(({ uncancellable }) => uncancellable !== '')
  const one = work.length === 1
  return {
    type: 'question' as const,
    title: 'Work is running',
    message: one ? 'A task is still running.' : `${work.length} tasks are still running.`,
    detail: [
      ...listed,
      ...(more > 0 ? [`   and ${more} more`] : []),
      '',
      'In the background, the work continues without a window. Open the console again from its icon in the notification area, or by starting it again.',
      bound.length === 0
        ? 'Stopping cancels the work. What a cancelled task leaves behind is shown under Tasks.'
        : `${bound.map(({ title }) => title).join(', ')} cannot be stopped now. If you stop the work, the console closes when this part has ended.`,
    ].join('\n'),
    buttons: ['Keep running in the background', 'Stop the work and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
    checkboxLabel: 'In the background: quit when the work has ended',
    checkboxChecked: true,
  }
}
