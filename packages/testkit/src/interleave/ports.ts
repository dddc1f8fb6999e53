import {
  type Change,
  type Clock,
  type CommitResult,
  DeliveryRefused,
  type Random,
  type Store,
  StoreError,
  type TwoFactorConfig,
  type User,
} from '@sallyport/core'
import type { AuditedStore } from '../contract/audited-store.ts'
import type { Outbox, Sent } from '../outbox.ts'
import type { Call, Happening } from './ledger.ts'
import type { Process } from './process.ts'
import { RIVALED_USER } from './scenario.ts'
import type { Fate, Port } from './schedule.ts'

/** What all processes of one run share, and what is written down of it. */
export interface Run {
  readonly store: AuditedStore
  readonly outbox: Outbox
  readonly changesUser: boolean
  user: User
  /** How many choices of the schedule have been made. */
  when: number
  readonly happenings: Happening[]
  /** Commits that are on their way, oldest first. */
  inFlight: readonly { readonly client: string; readonly change: Change; readonly call: Call }[]
  readonly trace: string[]
}

/** One process: what its engine's ports stand for. */
export interface Binding {
  readonly client: string
  readonly run: Run
  /** Null: nothing is scheduled, and every call is answered at once. */
  readonly process: Process | null
  readonly clock: Clock
  readonly random: Random
  /** What its client has asked it last. */
  call: Call
}

/** Applies a change to the store, and writes down that it was. */
export async function applyChange(run: Run, change: Change, call: Call): Promise<CommitResult> {
  const result = await run.store.commit(change)
  if (result === 'committed') run.happenings.push({ kind: 'applied', when: run.when, call, change })
  return result
}

/** The ports of an engine in a process: each call waits for its turn. */
export function schedulingPorts(
  of: Binding,
): Pick<
  TwoFactorConfig,
  'store' | 'mailer' | 'sms' | 'phoneNumbers' | 'findUser' | 'clock' | 'random' | 'observer'
> {
  const { run, client, process, clock, random } = of

  /** Waits for its turn, then has the effect of its fate. */
  function call<Answer>(port: Port, effect: (fate: Fate, asked: Call) => Promise<Answer>): Promise<Answer> {
    const { call: asked } = of
    const effectOf = async (fate: Fate): Promise<Answer> => {
      asked.begunAt ??= run.when
      if (fate !== 'done') asked.faults += 1
      const tell = (what: string): unknown => run.trace.push(`${client} ${port} ${fate}: ${what}`)
      try {
        const answer = await effect(fate, asked)
        tell(typeof answer === 'string' ? answer : 'answered')
        return answer
      } catch (error) {
        tell(error instanceof StoreError ? error.code : 'failed')
        throw error
      }
    }
    return process === null ? effectOf('done') : process.call(port, effectOf)
  }

  const store: Store = {
    load: (userId, flowId) =>
      call('load', async (fate) => {
        if (fate === 'refused') throw new StoreError('not_applied', 'scheduled: the store is not there')
        return run.store.load(userId, flowId)
      }),
    commit: (change) => call('commit', (fate, asked) => commit(fate, of, change, asked)),
    purge: (expiredBefore, limit) =>
      call('purge', async () => {
        const removed = await run.store.purge(expiredBefore, limit)
        run.happenings.push({ kind: 'purged', when: run.when, expiredBefore })
        return removed
      }),
    forget: (userId) =>
      call('forget', async () => {
        await run.store.forget(userId)
        run.happenings.push({ kind: 'forgotten', when: run.when })
      }),
  }

  const send = (item: Sent): Promise<void> =>
    call('send', async (fate, asked) => {
      if (fate === 'refused') throw new DeliveryRefused('scheduled: refused')
      if (fate === 'lost_request') throw new Error('scheduled: lost')
      asked.sent.push({ when: run.when, what: item })
      await (item.channel === 'email'
        ? run.outbox.mailer.send(item.message)
        : run.outbox.smsSender.send(item.message))
      if (fate === 'lost_answer') throw new Error('scheduled: the answer was lost')
    })

  return {
    store,
    mailer: { send: (message) => send({ channel: 'email', message }) },
    sms: { send: (message) => send({ channel: 'sms', message }) },
    phoneNumbers: { toE164: (text) => text },
    findUser: (id) => {
      if (id !== RIVALED_USER) return null
      return run.changesUser ? call('find_user', async () => run.user) : run.user
    },
    clock,
    random,
    observer: {
      observe(event) {
        of.call.observed.push({ when: run.when, what: event })
      },
    },
  }
}

async function commit(
  fate: Fate,
  { run, client }: Binding,
  change: Change,
  call: Call,
): Promise<CommitResult> {
  const unknown = (): never => {
    throw new StoreError('outcome_unknown', 'scheduled: the connection broke')
  }
  switch (fate) {
    case 'refused':
      throw new StoreError('not_applied', 'scheduled: the store wrote nothing')
    case 'lost_request':
      return unknown()
    case 'in_flight':
      run.inFlight = [...run.inFlight, { client, change, call }]
      return unknown()
    case 'lost_answer':
      await applyChange(run, change, call)
      return unknown()
    default: {
      const result = await applyChange(run, change, call)
      if (result === 'conflict') call.conflicts += 1
      return result
    }
  }
}
