import { defaultPageCatalog } from '@sallyport/pages'
import { expect, test } from 'vitest'
import { fuzzHttp } from './fuzz-http.ts'

const LEAST_REQUESTS = 20_000

test(`L6, L11: no request of ${LEAST_REQUESTS} gives a 500, hangs, breaks an envelope or a page, or gives a secret away`, {
  timeout: 240_000,
}, async () => {
  const { sent, seen } = await fuzzHttp({ requests: LEAST_REQUESTS, limitSeconds: 200 })
  expect(sent).toBeGreaterThanOrEqual(LEAST_REQUESTS)
  // It has been everywhere: past the parsers, past the sessions, through the flows, and at every kind of refusal.
  for (const status of [200, 400, 401, 404, 405, 406, 413, 415, 429, 500])
    expect(seen.get(`${status}`) ?? 0, `answers ${status}`).toBeGreaterThan(0)
  const states = ['authenticated', 'changed', 'cancelled', 'denied', 'selecting', 'managing.idle']
  for (const state of [
    ...states,
    'challenging.awaiting_proof',
    'enrolling.awaiting_proof',
    'rescuing.awaiting_proof',
  ])
    expect(seen.get(`state ${state}`) ?? 0, state).toBeGreaterThan(0)
  for (const page of [
    'login',
    'challenge',
    'select',
    'confirm',
    'setup',
    'newRecoveryCodes',
    'verify',
  ] as const)
    expect(seen.get(`page ${defaultPageCatalog[`${page}.title`]}`) ?? 0, page).toBeGreaterThan(0)
})
