import { type ClientEvent, parseUserId, type Step } from '@sallyport/core'
import { fakeClock, simulatedAuthenticator } from '@sallyport/testkit'
import type { Kysely } from 'kysely'
import { addressOf, deployNode } from '../processes/deployment.ts'
import type { openPlace, Place } from '../processes/place.ts'
import { isTold, isToldRejected, isUncertain, type Ledger, type Sending } from './ledger.ts'
import { BIRTH_MS, CRASH_POLICY } from './life.ts'
import { halfChanges, miscounted, readRows, type UserRows } from './rows.ts'

/** What a check has found, and how much there was to check. */
export interface Checked {
  readonly faults: readonly string[]
  /** Proofs whose answer was told. */
  readonly told: number
  /** Proofs whose sender cannot know what became of them: those that were committed, and those that were not. */
  readonly uncertain: { readonly applied: number; readonly lost: number }
  /** Codes that were sent once more, in a flow of their own. */
  readonly replayed: number
}

type OpenPlace = ReturnType<typeof openPlace>

/** Holds the store against what was told of one user, then goes on with the user's flows. */
export async function checkUser(
  {
    place,
    store,
    beside,
  }: { readonly place: Place; readonly store: OpenPlace; readonly beside: Kysely<unknown> },
  ledger: Ledger,
): Promise<Checked> {
  const { user, kind, sendings, flows } = ledger
  const faults: string[] = []
  const expect = (holds: boolean, what: string): void => {
    if (!holds) faults.push(what)
  }
  const clock = fakeClock(BIRTH_MS, { autoAdvanceMs: 2_000 })
  const { twoFactor, outbox } = deployNode({ store, clock, policy: CRASH_POLICY })
  const rows = () => readRows(beside, place, user)

  const crashed = await rows()
  faults.push(...halfChanges(crashed), ...miscounted(crashed))
  faults.push(...untrue(ledger, crashed))

  const callerOf = (flow: string) =>
    flows.get(flow)?.kind === 'setup'
      ? { caller: { userId: user, firstFactorAt: clock.now(), secondFactorAt: clock.now() } }
      : {}
  const send = (flow: string, event: ClientEvent): Promise<Step> =>
    twoFactor.send(flow, event, callerOf(flow))
  const prove = (flow: string, proof: string) => send(flow, { type: 'proof_submitted', proof })

  // L2, L7: what was told as consumed ends nothing again; what was in the air is accepted now or was before.
  const endedBefore = new Map<string | undefined, string>(
    endingsOf(crashed).map(({ flow, outcome }) => [flow, outcome]),
  )
  const accepted = sendings.filter(
    (sent) =>
      sent.meaning.isRight && (isTold('authenticated')(sent) || isTold('changed')(sent) || isUncertain(sent)),
  )
  const consumed: Sending[] = []
  let changedNow = false
  for (const [index, sent] of accepted.entries()) {
    const { flow, proof, at } = sent
    clock.set(at)
    const id = flows.get(flow)?.id
    const wasEnded = endedBefore.has(id)
    const first = await prove(flow, proof)
    // A time step that a later one has overtaken is as good as used, and so is the app that was replaced.
    const isOvertaken = accepted.slice(index + 1).some((later) => endedBefore.has(flows.get(later.flow)?.id))
    const isRejected = first.refusal?.reason === 'proof_rejected'
    if (wasEnded) expect(first.refusal?.reason === 'flow_ended', `a flow that ended answers ${said(first)}`)
    else
      expect(
        first.outcome !== undefined || (isOvertaken && isRejected),
        `a proof that was lost is answered ${said(first)}`,
      )
    expect(!wasEnded || first.outcome === undefined, `a flow ended twice: ${said(first)}`)
    if (!wasEnded && isRejected) continue
    // A flow that a change of factors has overtaken ends without taking anything.
    const ending = wasEnded ? endedBefore.get(id) : first.outcome?.kind
    if (ending === 'authenticated' || ending === 'changed') consumed.push(sent)
    changedNow ||= first.outcome?.kind === 'changed'
    const second = await prove(flow, proof)
    expect(second.refusal?.reason === 'flow_ended', `a flow that ended answers ${said(second)}`)
  }

  // L12: whatever was open stays usable. A change of factors overtakes the logins begun before it.
  const inForce = (await twoFactor.users.get(user)).enrollments[0]?.id ?? ''
  const uri = ledger.apps.get(inForce) ?? [...ledger.offers.values()].at(-1) ?? ''
  const codeNow = (of: string): string => simulatedAuthenticator(of).codeAt(clock.now())
  clock.set(ledger.lastAt)
  clock.advance({ seconds: 40 })
  for (const [flow, opened] of [...flows].toSorted(([, a], [, b]) => a.kind.localeCompare(b.kind))) {
    clock.advance({ seconds: 31 }) // the app shows another code, and what is old expires
    const view = await twoFactor.view(flow, callerOf(flow))
    expect(view.state !== 'unavailable', 'a flow that was told of is gone')
    if (view.state === 'challenging') {
      if (kind === 'email') await send(flow, { type: 'resend_requested' })
      const done = await prove(flow, kind === 'email' ? outbox.lastCode(addressOf(user)) : codeNow(uri))
      const isOvertaken = changedNow && done.state === 'cancelled'
      expect(done.outcome?.kind === 'authenticated' || isOvertaken, `an open login is answered ${said(done)}`)
    }
    const offered = ledger.offers.get(flow)
    if (view.state === 'enrolling' && opened.kind === 'setup' && offered !== undefined && !changedNow) {
      const done = await prove(flow, codeNow(offered))
      expect(done.outcome?.kind === 'changed', `an open setup is answered ${said(done)}`)
      changedNow = true
    }
  }

  // L2: no code that was consumed is accepted in another flow, at the very time when it was right.
  const login = () => twoFactor.login({ userId: user, firstFactor: { amr: ['pwd'], at: clock.now() } })
  for (const { proof, at, meaning } of consumed) {
    await twoFactor.users.unlock(user)
    clock.set(at)
    const { flow } = await login()
    if (meaning.of === 'recovery_code')
      await send(flow, { type: 'rescue_requested', option: 'recovery_code' })
    if (meaning.of === 'email' && outbox.lastCode(addressOf(user)) === proof) continue // one in a million
    const again = await prove(flow, proof)
    expect(
      again.refusal?.reason === 'proof_rejected',
      `a code of ${meaning.of} that was consumed is answered ${said(again)}`,
    )
  }
  faults.push(...halfChanges(await rows()))
  return {
    faults: faults.map((fault) => `${user}: ${fault}`),
    told: sendings.filter((sent) => !isUncertain(sent)).length,
    uncertain: uncertainty(ledger, crashed),
    replayed: consumed.length,
  }
}

const said = ({ state, refusal, outcome }: Step): string =>
  [state, refusal?.reason ?? 'no refusal', outcome?.kind ?? 'no outcome'].join(', ')

const endingsOf = ({ audit }: UserRows) =>
  audit.flatMap(({ record }) => (record.kind === 'flow_ended' ? [record] : []))

const rejectionsOf = ({ audit }: UserRows, id: string): number =>
  audit.filter(({ record }) => record.kind === 'proof_rejected' && record.flow === id).length

/** What was told and is not so (L3, L12), and what is so though nobody can have done it. */
function untrue({ user, flows, sendings, recoveryCodes }: Ledger, rows: UserRows): readonly string[] {
  const faults: string[] = []
  const endings = endingsOf(rows)
  for (const [flow, { id }] of flows) {
    const sent = sendings.filter((one) => one.flow === flow)
    if (!rows.flows.some((row) => row.id === id)) faults.push('a flow that was told of is gone')

    const rejected = rejectionsOf(rows, id)
    const told = sent.filter(isToldRejected).length
    const perhaps = sent.filter((one) => !one.meaning.isRight && isUncertain(one)).length
    if (rejected < told || rejected > told + perhaps)
      faults.push(`${rejected} failures are counted, ${told} were told and ${perhaps} more may have been`)

    const ended = endings.find((ending) => ending.flow === id)?.outcome
    for (const outcome of ['authenticated', 'changed', 'denied']) {
      const winners = sent.filter(isTold(outcome)).length
      if (winners > 1) faults.push(`${winners} were told ${outcome} of one flow`)
      if (winners === 1 && ended !== outcome) faults.push(`${outcome} was told, and the log says ${ended}`)
    }
    const mayHaveWon = sent.some((one) => one.meaning.isRight && isUncertain(one))
    const wasTold = sent.some((one) => isTold('authenticated')(one) || isTold('changed')(one))
    if ((ended === 'authenticated' || ended === 'changed') && !wasTold && !mayHaveWon)
      faults.push(`the log says ${ended}, and nobody has proven anything`)
  }
  for (const sent of sendings) {
    // StoreError is the only thing that a store's failure may throw.
    if (sent.answer?.kind === 'error') faults.push(`the engine threw ${sent.answer.message}`)
    if (sent.meaning.isRight && isToldRejected(sent)) faults.push('a right proof was rejected')
    if (!sent.meaning.isRight && (isTold('authenticated')(sent) || isTold('changed')(sent)))
      faults.push('a wrong proof was accepted')
  }

  const of = (one: Sending): boolean => one.meaning.of === 'recovery_code' && one.meaning.isRight
  const used = rows.audit.filter(({ record }) => record.kind === 'recovery_code_used').length
  const toldUsed = sendings.filter((one) => of(one) && isTold('authenticated')(one)).length
  const perhapsUsed = sendings.filter((one) => of(one) && isUncertain(one)).length
  if (used < toldUsed || used > toldUsed + perhapsUsed || used > recoveryCodes.length)
    faults.push(`${used} recovery codes are used, ${toldUsed} were told, ${perhapsUsed} more may be`)
  return faults.map((fault) => `${fault} (${parseUserId(user)})`)
}

/** How many of the proofs in the air had been committed, and how many had not. */
function uncertainty({ flows, sendings }: Ledger, rows: UserRows): Checked['uncertain'] {
  const uncertain = sendings.filter(isUncertain)
  const applied = uncertain.filter(({ flow, meaning }) => {
    const id = flows.get(flow)?.id ?? ''
    if (meaning.isRight) return endingsOf(rows).some((ending) => ending.flow === id)
    const told = sendings.filter((one) => one.flow === flow && isToldRejected(one)).length
    return rejectionsOf(rows, id) > told
  }).length
  return { applied, lost: uncertain.length - applied }
}
