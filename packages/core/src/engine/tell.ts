import type { AuditRecord } from '../flow/audit.ts'
import type { Destination, NoticeKind, Tell } from '../flow/effects.ts'
import type { FlowKind } from '../flow/stage.ts'
import type { Position } from '../flow/step.ts'
import type { ChallengeId, EpochMs, FlowId, UserId } from '../ids.ts'
import { render } from '../messages/catalog.ts'
import { DELIVERY_TIMEOUT_MS } from '../policy/defaults.ts'
import { DeliveryRefused } from '../ports/delivery.ts'
import type { ObservedEvent } from '../ports/observer.ts'
import { type Logged, toLogEntry } from '../replay/log-entry.ts'
import type { Environment } from './config.ts'

/** What became of a message: handed over, surely not sent, or nobody knows. */
type Delivered = 'sent' | 'refused' | 'unknown'

/** A message that a client waits for and that was not handed over. */
export type Undelivered =
  | { readonly kind: 'code'; readonly challenge: ChallengeId; readonly definite: boolean }
  | { readonly kind: 'help'; readonly definite: boolean }

/** What the telling is about. */
export interface Telling {
  readonly userId: UserId
  readonly label: string
  readonly at: EpochMs
  /** The code that a `deliver_code` among the tells carries. */
  readonly code: string | null
  /** When the challenge of that code expires. */
  readonly codeExpiresAt: EpochMs
}

/** The audit records among a step's tells, as its commit appends them. */
export function auditRecords(
  tells: readonly Tell[],
  at: EpochMs,
  flow?: { readonly id: FlowId; readonly kind: FlowKind },
): readonly AuditRecord[] {
  const where = flow === undefined ? { at } : { at, flow: flow.id, flowKind: flow.kind }
  return tells.flatMap((tell) => (tell.kind === 'audit' ? [{ ...tell.event, ...where }] : []))
}

/** Tells the observer, whose errors are its own: what it is told of has already happened. */
export function observe(env: Pick<Environment, 'observer'>, event: ObservedEvent): void {
  try {
    env.observer?.observe(event)
  } catch {
    // Documented in the port: an observer cannot change anything.
  }
}

/** Logs a committed step where the host keeps a log; an error of the log is its own, as the observer's is. */
export function logStep(env: Pick<Environment, 'flowLog'>, logged: Logged, after: Position): void {
  if (env.flowLog === null) return
  try {
    env.flowLog.append(toLogEntry(logged, after))
  } catch {
    // Documented in the port: what is logged has already happened.
  }
}

/**
 * Carries out what a committed step tells: delivers its code, its notices and its call for help, all at once
 * and each at most once. Answers with the message that the client waits for, should it not have been sent.
 */
export async function tell(
  env: Environment,
  tells: readonly Tell[],
  telling: Telling,
): Promise<Undelivered | undefined> {
  const results = await Promise.all(tells.map((one) => carryOut(env, one, telling)))
  return results.find((result) => result !== undefined)
}

async function carryOut(env: Environment, one: Tell, telling: Telling): Promise<Undelivered | undefined> {
  const { userId, at } = telling
  switch (one.kind) {
    case 'audit':
      return undefined
    case 'deliver_code': {
      const { challenge, method, address } = one
      const { code, codeExpiresAt: expiresAt } = telling
      const deliver = env.methods.get(method)?.deliver
      if (code === null || deliver === undefined)
        throw new Error(`the method ${method} has no code to deliver`)
      const delivered = await attempt(env, () => deliver({ userId, challenge, code, to: address, expiresAt }))
      if (delivered !== 'sent') return { kind: 'code', challenge, definite: delivered === 'refused' }
      observe(env, { kind: 'code_sent', at, challenge, method, userId })
      return undefined
    }
    case 'notify': {
      const sent = await Promise.all(
        one.to.map((to) => attempt(env, () => sendNotice(env, one.notice, to, one.method, telling))),
      )
      const kind = sent.includes('sent') ? 'notice_sent' : 'notice_failed'
      observe(env, { kind, at, notice: one.notice, userId })
      return undefined
    }
    case 'call_for_help': {
      const delivered = await attempt(env, () => sendHelp(env, telling))
      if (delivered !== 'sent') return { kind: 'help', definite: delivered === 'refused' }
      observe(env, { kind: 'help_sent', at, userId })
      return undefined
    }
  }
}

/** Tries once; an answer that does not come in time is as good as none. */
async function attempt(env: Environment, send: () => Promise<void>): Promise<Delivered> {
  const answered = new AbortController()
  const sent = async (): Promise<Delivered> => {
    try {
      await send()
      return 'sent'
    } catch (error) {
      return error instanceof DeliveryRefused ? 'refused' : 'unknown'
    } finally {
      answered.abort()
    }
  }
  const late = async (): Promise<Delivered> => {
    await env.clock.wait(DELIVERY_TIMEOUT_MS, answered.signal)
    return 'unknown'
  }
  return Promise.race([sent(), late()])
}

async function sendNotice(
  env: Environment,
  notice: NoticeKind,
  to: Destination,
  method: string | null,
  { label }: Telling,
): Promise<void> {
  const values = { issuer: env.policy.issuer, label, method: method ?? '' }
  const text = render(env.catalog[`notice.${notice}.text`], values)
  const { sms, mailer } = env
  if (to.channel === 'sms') {
    if (sms === null) throw new DeliveryRefused('there is no sender of text messages')
    return sms.send({ kind: notice, to: to.address, text })
  }
  if (mailer === null) throw new DeliveryRefused('there is no sender of mail')
  const subject = render(env.catalog[`notice.${notice}.subject`], values)
  return mailer.send({ kind: notice, to: to.address, subject, text })
}

async function sendHelp(env: Environment, { userId, label }: Telling): Promise<void> {
  const { help } = env.policy.rescue
  if (help === false || env.mailer === null) throw new DeliveryRefused('there is nobody to ask for help')
  const values = { issuer: env.policy.issuer, label, userId }
  await env.mailer.send({
    kind: 'help',
    to: help,
    subject: render(env.catalog['help.subject'], values),
    text: render(env.catalog['help.text'], values),
  })
}
