import type { ContainerLog } from '../logs/containerLog.ts'
import { readLog } from '../logs/readLog.ts'

/** The end of a log as a termination message: 80 lines or 2048 bytes, whichever is less (kubelet: FallbackToLogsOnError). */
export async function lastLines(log: ContainerLog, instance: number): Promise<string | undefined> {
  let text = ''
  const options = { instance, follow: false, tailLines: 80, signal: new AbortController().signal }
  for await (const records of readLog(log, options)) {
    text += records.map((record) => `${record.content.toString('utf8')}${record.isPartial ? '' : '\n'}`).join('')
  }
  return text === '' ? undefined : Buffer.from(text).subarray(-2048).toString('utf8')
}
