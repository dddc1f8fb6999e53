import type { EpochMs } from '@sallyport/core'
import type { Answer, Failure, Fields } from './answer.ts'
import type { HttpCatalog } from './messages.ts'
import { reasonRules } from './reasons.ts'

/** The body of every answer. */
export interface Envelope {
  readonly meta: { readonly code: number }
  readonly response: Fields
}

/** An answer in words: its envelope, and for a wait the seconds that it takes. */
export interface Worded {
  readonly envelope: Envelope
  readonly retryAfterSeconds: number | null
}

/** Puts an answer into words. Each carries the CSRF token, so that a form can be sent again after a failure. */
export function wordAnswer(catalog: HttpCatalog, answer: Answer, at: EpochMs, csrfToken: string): Worded {
  if (answer.kind === 'success') {
    const response = { ...answer.response, csrf_token: csrfToken }
    return { envelope: { meta: { code: 200 }, response }, retryAfterSeconds: null }
  }
  const { status } = reasonRules[answer.reason]
  const retryAfterSeconds = status === 429 ? secondsUntil(answer.retryAt ?? null, at) : null
  const response = {
    ...textsOf(catalog, answer),
    reason: answer.reason,
    ...(status === 429 ? { retry_after: retryAfterSeconds } : {}),
    ...answer.response,
    csrf_token: csrfToken,
  }
  return { envelope: { meta: { code: status }, response }, retryAfterSeconds }
}

function textsOf(catalog: HttpCatalog, { reason, field, faults }: Failure): Fields {
  const entries = Object.entries(faults ?? {}).map(
    ([name, fault]) => [name, catalog[`field.${fault}`]] as const,
  )
  if (entries.length === 0) entries.push([field ?? reasonRules[reason].field, catalog[`reason.${reason}`]])
  return {
    errors: [...new Set(entries.map(([, text]) => text))],
    field_errors: Object.fromEntries(entries.map(([name, text]) => [name, [text]])),
  }
}

const secondsUntil = (until: EpochMs | null, at: EpochMs): number | null =>
  until === null ? null : Math.max(0, Math.ceil((until - at) / 1000))
