import { describe, expect, it, vi } from 'vitest'
import type { TerminalOutput } from '#shared/contract/terminals.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { creditStep } from './credit.ts'
import { TerminalSession, type TerminalLine } from './terminalSession.ts'

/** A line whose output the test writes, over real async iteration. */
function scripted() {
  const sent: string[] = []
  const sizes: number[] = []
  const told: number[] = []
  let opened = 0
  let refusal: Error | undefined
  let push: (output: TerminalOutput | Error | null) => void = () => undefined
  async function* outputs(): AsyncGenerator<TerminalOutput> {
    const queue: (TerminalOutput | Error | null)[] = []
    let wake: () => void = () => undefined
    push = (output) => {
      queue.push(output)
      wake()
    }
    for (;;) {
      while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const next = queue.shift()
      if (next instanceof Error) throw next
      if (!next) return
      yield next
    }
  }
  const line: TerminalLine = {
    open: () => {
      opened += 1
      return Promise.resolve(outputs())
    },
    input: (_, data) => (refusal ? Promise.reject(refusal) : Promise.resolve(sent.push(data))),
    resize: (_, size) => Promise.resolve(sizes.push(size.columns)),
    close: () => Promise.resolve(sent.push('<closed>')),
    acknowledge: (_, count) => told.push(count),
    newStreamId: () => `stream-${opened}-0000`,
    asFault: (thrown) => {
      const error = asConsoleError(thrown)
      return { code: error.code, message: error.message, details: {} }
    },
  }
  const drawn: string[] = []
  const session = new TerminalSession(line, {
    write: (data, done) => {
      drawn.push(data)
      done()
    },
    size: () => ({ columns: 80, rows: 24 }),
  })
  return {
    session,
    sent,
    sizes,
    told,
    drawn,
    push: (output: TerminalOutput | Error | null) => push(output),
    opens: () => opened,
    refuse: (error: Error | undefined) => (refusal = error),
  }
}

const open = async (each: ReturnType<typeof scripted>) => {
  void each.session.run()
  await vi.waitFor(() => {
    each.push({ type: 'opened', title: 'sh' })
    expect(each.session.store.getState().state).toBe('open')
  })
}

describe('a terminal session', () => {
  it('keeps what is typed before it is open, and sends it then', async () => {
    const each = scripted()
    void each.session.run()
    each.session.type('psql')
    expect(each.sent).toEqual([])
    await vi.waitFor(() => {
      each.push({ type: 'opened', title: 'sh' })
      expect(each.sent).toEqual(['psql'])
    })
  })

  it('draws output and gives credit back for what was drawn, in steps', async () => {
    const each = scripted()
    await open(each)
    each.push({ type: 'data', data: 'x'.repeat(creditStep + 10) })
    await vi.waitFor(() => expect(each.told).toEqual([creditStep]))
    expect(each.drawn.join('')).toHaveLength(creditStep + 10)
  })

  it('keeps the order of what is typed', async () => {
    const each = scripted()
    await open(each)
    for (const key of 'ls -la\r') each.session.type(key)
    await vi.waitFor(() => expect(each.sent.join('')).toBe('ls -la\r'))
  })

  it('says how the program ended, takes no more input, and opens again', async () => {
    const each = scripted()
    await open(each)
    each.push({ type: 'exited', exitCode: 3, message: 'The shell ended with exit code 3.' })
    each.push(null)
    await vi.waitFor(() => expect(each.session.store.getState()).toMatchObject({ state: 'exited', exitCode: 3 }))
    each.session.type('x')
    expect(each.sent).toEqual([])
    await open(each)
    expect(each.opens()).toBe(2)
  })

  it('shows why a line was lost', async () => {
    const each = scripted()
    await open(each)
    each.push(new ConsoleError('CONNECTION_LOST', 'The connection was lost.'))
    await vi.waitFor(() =>
      expect(each.session.store.getState()).toMatchObject({ state: 'lost', fault: { code: 'CONNECTION_LOST' } }),
    )
  })

  it('says what was not taken, lives on, and takes it back with the next key that is', async () => {
    const each = scripted()
    await open(each)
    each.refuse(new ConsoleError('BUSY', 'The program is not reading its input.'))
    each.session.type('x'.repeat(9000))
    const refused = { state: 'open', refused: 'The program is not reading its input.' }
    await vi.waitFor(() => expect(each.session.store.getState()).toMatchObject(refused))
    each.refuse(undefined)
    each.session.type('ok')
    await vi.waitFor(() => expect(each.session.store.getState()).toMatchObject({ state: 'open', refused: undefined }))
    expect(each.sent).toEqual(['ok'])
  })

  it('hangs up the program when it is closed', async () => {
    const each = scripted()
    await open(each)
    each.session.close()
    expect(each.sent).toEqual(['<closed>'])
  })
})
