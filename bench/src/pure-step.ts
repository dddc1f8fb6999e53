import { memoryStore } from '@sallyport/adapters-memory'
import { measure } from 'mitata'
import { parseConfig } from '../../packages/core/src/engine/config.ts'
import { toFacts } from '../../packages/core/src/engine/facts.ts'
import { toSnapshot } from '../../packages/core/src/flow/snapshot.ts'
import { type Advance, advance, start } from '../../packages/core/src/flow/step.ts'
import {
  type ChallengeId,
  type DeviceId,
  type EnrollmentId,
  parseUserId,
} from '../../packages/core/src/ids.ts'
import { addEnrollment } from '../../packages/core/src/profile/changes.ts'
import { emptyProfile } from '../../packages/core/src/profile/profile.ts'
import type { Row } from './report.ts'

const AT = 1_767_225_600_000
const id = (letter: string) => letter.repeat(22) // as long as a real one

/** A login by authenticator, one pure advance at a time: no store, no cryptography, no clock. */
export async function measurePureSteps(): Promise<{
  readonly rows: readonly Row[]
  readonly snapshotBytes: number
}> {
  const env = parseConfig({
    policy: { issuer: 'Acme' },
    store: memoryStore(),
    keys: { ring: [{ id: 'k1', secret: new Uint8Array(32).fill(1) }] },
    findUser: () => null,
  })
  const userId = parseUserId('bob')
  const facts = toFacts(
    env,
    userId,
    { id: 'bob', label: 'bob@acme.test', securityStamp: '1', active: true },
    null,
  )
  const profile = addEnrollment(emptyProfile, {
    id: id('e') as EnrollmentId, // opaque
    method: 'authenticator',
    name: null,
    createdAt: AT,
    lastUsedAt: null,
    address: null,
    secret: null,
    methodData: { lastTimeStep: null },
  })
  const begin = () =>
    start(
      {
        at: AT,
        run: { kind: 'login', firstFactor: { amr: ['pwd'], at: AT, channel: null }, remember: false },
        remembered: null,
      },
      facts,
      profile,
    )
  const opening = begin()
  const challenge = id('c') as ChallengeId // opaque
  const open = () =>
    advance(opening, facts, { type: 'challenge_opened', at: AT, challenge, digest: null, hint: null })
  const pending = open()
  const submit = () => advance(pending, facts, { type: 'proof_submitted', at: AT + 1 })
  const checking = submit()
  const accept = () =>
    advance(checking, facts, {
      type: 'proof_accepted',
      at: AT + 1,
      methodData: { lastTimeStep: 1 },
      recoveryCode: null,
      remember: null,
      device: id('d') as DeviceId, // opaque
    })
  const reject = () =>
    advance(checking, facts, { type: 'proof_rejected', at: AT + 1, cause: 'code_mismatch' })
  if (accept().state !== 'authenticated') throw new Error('the pure steps do not log in')
  const steps: readonly (readonly [string, () => Advance])[] = [
    ['start: decide what to ask for', begin],
    ['advance: challenge_opened', open],
    ['advance: proof_submitted', submit],
    ['advance: proof_accepted', accept],
    ['advance: proof_rejected', reject],
  ]
  const rows: Row[] = []
  for (const [name, run] of steps) {
    const { p50, p99 } = await measure(run)
    rows.push({ name, medianUs: p50 / 1000, p99Us: p99 / 1000 })
  }
  return { rows, snapshotBytes: JSON.stringify(toSnapshot(pending.state, pending.flow)).length }
}
