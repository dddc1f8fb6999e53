import { AssertionError } from 'node:assert'
import {
  type Change,
  type EpochMs,
  type MasterKey,
  parseUserId,
  type TwoFactor,
  type TwoFactorConfig,
  type User,
} from '@sallyport/core'
import type { AuditedStore } from '../contract/audited-store.ts'
import { fakeClock } from '../fake-clock.ts'
import { recordingStore } from '../recording-store.ts'
import { scenario as deploy } from '../scenario.ts'
import type { Happening } from './ledger.ts'
import { type Binding, schedulingPorts } from './ports.ts'
import type { Process } from './process.ts'
import { type InterleavingScenario, RIVALED_USER, type Rivals } from './scenario.ts'

/** A situation that can be brought about as often as there are schedules. */
export interface World {
  readonly scenario: InterleavingScenario
  readonly rivals: Rivals
  readonly store: AuditedStore
  readonly user: User
  /** When the preparation ended. */
  readonly startAt: EpochMs
  /** What the preparation has left in the store. */
  readonly prepared: readonly Change[]
  /** Starts the engine of a process. */
  engineIn(binding: Binding): TwoFactor
  /** Which process goes on now: the one for which the store waits when it pauses. */
  readonly running: Running
}

/** The one process that is let go on. */
export interface Running {
  process: Process | null
}

/** Makes an engine from its configuration: `createTwoFactor`, or something that pretends to be it. */
export type EngineFactory = (config: TwoFactorConfig) => TwoFactor

/** Prepares a scenario once. What it leaves in the store is kept as changes, to be made again before each schedule. */
export async function prepareWorld(
  scenario: InterleavingScenario,
  { store, engine, running }: { store: AuditedStore; engine: EngineFactory; running: Running },
): Promise<World> {
  const user: User = {
    id: RIVALED_USER,
    label: RIVALED_USER,
    email: `${RIVALED_USER}@acme.test`,
    securityStamp: 'stamp',
    active: true,
    ...scenario.user,
  }
  const recorded = recordingStore(store)
  const clock = fakeClock(undefined, { autoAdvanceMs: 2_000 })
  const key: MasterKey = { id: 'test', secret: new Uint8Array(32).fill(7) }
  const newer: MasterKey = { id: 'newer', secret: new Uint8Array(32).fill(8) }
  const given = deploy({
    store: recorded,
    clock,
    keys: { ring: [key] },
    findUser: (id) => (id === RIVALED_USER ? user : null),
    phoneNumbers: { toE164: (text) => text },
    seed: `interleave:${scenario.name}`,
    ...(scenario.policy === undefined ? {} : { policy: scenario.policy }),
  })
  const rivals = await scenario.prepare(given)
  await store.forget(parseUserId(RIVALED_USER))

  return {
    scenario,
    rivals,
    store,
    user,
    startAt: clock.now(),
    prepared: recorded.commits.flatMap(({ change, result }) => (result === 'committed' ? [change] : [])),
    running,
    engineIn: (binding) =>
      engine({
        ...schedulingPorts(binding),
        keys: { ring: scenario.rotatesKeys ? [newer, key] : [key] },
        policy: { issuer: 'Acme', methods: ['authenticator', 'email', 'sms'], ...scenario.policy },
      }),
  }
}

/** Brings the prepared situation about again. */
export async function restore({ store, prepared }: World): Promise<readonly Happening[]> {
  const happenings: Happening[] = []
  for (const change of prepared) {
    const result = await store.commit(change)
    if (result !== 'committed')
      throw new AssertionError({ message: 'the store still holds what was to be forgotten' })
    happenings.push({ kind: 'applied', when: 0, call: null, change })
  }
  return happenings
}
