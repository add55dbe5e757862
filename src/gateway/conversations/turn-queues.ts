/** What a turn left: its item is finished, or stays at the head of its queue until the queue is woken. */
export type TurnEnd = 'finished' | 'wait'

export interface TurnQueuesOptions<Key, Item> {
  /** Turns that run at the same time, in different sessions. */
  readonly maxRunning: number
  /** Never called twice at a time for one key. Must not reject. */
  readonly run: (key: Key, item: Item) => Promise<TurnEnd>
}

/** One queue a session, one turn at a time in each, a bounded number at a time in all. */
export interface TurnQueues<Key, Item> {
  add(key: Key, item: Item): void
  /** Items that wait or run under this key. */
  length(key: Key): number
  /** Items that wait or run under all keys. */
  total(): number
  /** Takes out what waits, and leaves what runs. */
  removeWaiting(key: Key): readonly Item[]
  /** Lets a queue go on that had to wait. */
  wake(key: Key): void
  /** Starts nothing more; resolves when nothing runs. */
  stop(): Promise<void>
}

interface Queue<Item> {
  readonly items: Item[]
  running: boolean
  waiting: boolean
  /** Somebody asked to go on while a turn ran: if that turn has to wait, it is tried once more. */
  woken: boolean
}

export const createTurnQueues = <Key, Item>(options: TurnQueuesOptions<Key, Item>): TurnQueues<Key, Item> => {
  /** In the order in which they get their next turn. */
  const queues = new Map<Key, Queue<Item>>()
  let running = 0
  let stopped = false
  let idle: (() => void) | undefined

  const pump = (): void => {
    for (const [key, queue] of queues) {
      if (stopped || running >= options.maxRunning) return
      const [item] = queue.items
      if (queue.running || queue.waiting || item === undefined) continue
      queue.running = true
      queue.woken = false
      running += 1
      void runOne(key, queue, item)
    }
  }

  const runOne = async (key: Key, queue: Queue<Item>, item: Item): Promise<void> => {
    const end = await options.run(key, item)
    running -= 1
    queue.running = false
    if (end === 'finished') queue.items.shift()
    else queue.waiting = !queue.woken
    // To the end of the line, or out of it.
    queues.delete(key)
    if (queue.items.length > 0) queues.set(key, queue)
    if (running === 0) idle?.()
    pump()
  }

  const wake = (queue: Queue<Item>): void => {
    queue.waiting = false
    queue.woken = true
    pump()
  }

  return {
    add(key, item) {
      const queue = queues.get(key) ?? { items: [], running: false, waiting: false, woken: false }
      queue.items.push(item)
      queues.set(key, queue)
      wake(queue)
    },
    length: (key) => queues.get(key)?.items.length ?? 0,
    total: () => [...queues.values()].reduce((sum, queue) => sum + queue.items.length, 0),
    removeWaiting(key) {
      const queue = queues.get(key)
      if (queue === undefined) return []
      const removed = queue.items.splice(queue.running ? 1 : 0)
      if (queue.items.length === 0) queues.delete(key)
      return removed
    },
    wake(key) {
      const queue = queues.get(key)
      if (queue !== undefined) wake(queue)
    },
    async stop() {
      stopped = true
      if (running > 0) await new Promise<void>((resolve) => (idle = resolve))
    },
  }
}
