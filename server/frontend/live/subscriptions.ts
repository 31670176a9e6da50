import { comparePositions, parsePosition, type Position } from '../../database/position.ts'
import { itemsAfter, type Batch } from './batch.ts'
import type { CatchUp, CatchUpQuestion } from './catchUp.ts'
import { textFrame } from './frame.ts'
import { changesMessage, refusedMessage, subscribedMessage } from './messages.ts'
import { isShown, openTopic, type Viewer } from './topics.ts'

/** The frame for everyone with the same topics and rights, made once; undefined when nothing in the batch is for them. */
export type SharedMessages = Map<string, Buffer | undefined>

export interface SubscriptionOptions {
  readonly viewer: () => Viewer
  readonly catchUp: (question: CatchUpQuestion) => Promise<CatchUp>
  /** Where this replica stands. */
  readonly position: () => Position | undefined
  /** A text, or a whole frame. */
  readonly send: (message: string | Buffer) => void
  /** More than this client can be told of waits for its reading. */
  readonly onOverflow: () => void
}

export interface Subscriptions {
  /** Calls must not overlap. */
  readonly add: (names: readonly string[], since: string | undefined) => Promise<void>
  readonly remove: (names: readonly string[]) => void
  /** What came before cannot be joined to what comes now: nothing more is told until `restart`. */
  readonly halt: () => void
  /** Everything again. Must not overlap with `add`. */
  readonly restart: () => Promise<void>
  /** Where the client stands, when it has been told everything up to there. */
  readonly told: () => Position | undefined
  readonly deliver: (batch: Batch, shared: SharedMessages) => void
}

/** Batches held back for one client while rows are read for it. They are shared by all clients, so only the list is its own. */
const longestWait = 2_000
const mostTopics = 100

/**
 * What one client listens to. While rows are read for it, batches wait; afterwards it gets of them what the rows do not show. So what it
 * gets is one sequence without gaps or doubles, each message after the position of the one before.
 */
export function createSubscriptions(options: SubscriptionOptions): Subscriptions {
  const { viewer, catchUp, send } = options
  const topics = new Set<string>()
  let names: readonly string[] = []
  let audience = ''
  let waiting: Batch[] | undefined
  /** Set while this client has seen more than the replica has told. */
  let ahead: Position | undefined
  let halts = 0

  const change = (edit: () => void) => {
    edit()
    names = [...topics].sort()
    // Only one topic asks who it is; everyone else with the same topics gets the same text.
    audience = `${names.join(' ')} ${topics.has('tasks:mine') ? viewer().userId : ''}`
  }

  const deliverAlone = (batch: Batch, seen: Position) => {
    if (comparePositions(batch.to, seen) <= 0) return
    ahead = undefined
    const items = itemsAfter(batch, seen).filter((item) => isShown(item, names, viewer()))
    if (items.length > 0) send(changesMessage(batch.to, items))
  }

  const deliver = (batch: Batch, shared: SharedMessages) => {
    if (waiting !== undefined) {
      waiting.push(batch)
      if (waiting.length > longestWait) options.onOverflow()
      return
    }
    if (ahead !== undefined) {
      deliverAlone(batch, ahead)
      return
    }
    if (!shared.has(audience)) {
      const items = batch.items.filter((item) => isShown(item, names, viewer()))
      shared.set(audience, items.length === 0 ? undefined : textFrame(changesMessage(batch.to, items)))
    }
    const message = shared.get(audience)
    if (message !== undefined) send(message)
  }

  /** Tells what the rows show and then what was held back. After a halt the answer is worthless: a restart follows. */
  const read = async (question: Omit<CatchUpQuestion, 'viewer'>, announce: (isResumed: boolean) => void) => {
    const before = halts
    waiting ??= []
    const { position, messages, isResumed } = await catchUp({ viewer: viewer(), ...question })
    if (halts !== before) return
    announce(isResumed)
    for (const message of messages) send(message)
    ahead = position
    const held = waiting
    waiting = undefined
    for (const batch of held) deliver(batch, new Map())
  }

  return {
    add: async (asked, since) => {
      const allowed: string[] = []
      for (const name of new Set(asked)) {
        const topic = topics.size + allowed.length >= mostTopics ? 'no-such-topic' : openTopic(name, viewer())
        if (typeof topic === 'string') send(refusedMessage(name, topic))
        else if (!topics.has(name)) allowed.push(name)
      }
      if (allowed.length === 0) return
      const isFirst = topics.size === 0
      const resumeAt = since !== undefined && isFirst ? parsePosition(since) : undefined
      const here = ahead ?? options.position()
      const question =
        resumeAt === undefined
          ? { held: names, since: isFirst ? undefined : here, fresh: allowed }
          : { held: allowed, since: resumeAt, fresh: [] }
      change(() => allowed.forEach((name) => topics.add(name)))
      await read(question, (isResumed) => send(subscribedMessage(allowed, resumeAt !== undefined && isResumed)))
    },
    remove: (gone) => {
      change(() => gone.forEach((name) => topics.delete(name)))
    },
    halt: () => {
      halts += 1
      waiting = []
      ahead = undefined
    },
    restart: async () => {
      if (topics.size > 0)
        await read({ held: [], since: undefined, fresh: names }, () => send(subscribedMessage(names, false)))
      else waiting = undefined
    },
    told: () => (topics.size === 0 || waiting !== undefined ? undefined : (ahead ?? options.position())),
    deliver,
  }
}
