import fc from 'fast-check'
import { PASSWORD } from '../http/deployment.ts'
import { type Actor, GUESS, type Move, type Situation } from './actor.ts'
import { pageAct } from './http-pages.ts'
import { mutation, strayRequest, who } from './http-requests.ts'

const get = (path: string): Move => ({ method: 'GET', path, body: {} })
const post = (path: string, body: Move['body'] = {}): Move => ({ method: 'POST', path, body })

/** What a client of a browser's owner would send, from what it knows: the honest ways, and the ways to go wrong. */
const moves: Readonly<Record<string, (actor: Actor) => Move>> = {
  login: ({ id }) => post('/login', { username: id, password: PASSWORD }),
  login_remembered: ({ id }) => post('/login', { username: id, password: PASSWORD, remember: true }),
  login_wrong: ({ id }) => post('/login', { username: id, password: `not ${PASSWORD}` }),
  login_form: () => get('/login'),
  us_signin: ({ id }) => post('/us-signin', { identity: id, passcode: PASSWORD }),
  logout: () => post('/logout'),
  code: ({ code }) => post('/tf-validate?include_auth_token', { code: code(), remember: true }),
  code_again: ({ lastCode }) => post('/tf-validate', { code: lastCode() }),
  guess: () => post('/tf-validate', { code: GUESS }),
  resend: () => post('/tf-validate', { resend: true }),
  pending: () => get('/tf-validate'),
  select: ({ pick }) => post('/tf-select', { which: pick(['authenticator', 'email', 'sms']) }),
  selection: () => get('/tf-select'),
  rescue: ({ pick }) => post('/tf-rescue', { help_setup: pick(['email', 'help', 'recovery_code']) }),
  rescue_options: () => get('/tf-rescue'),
  recovery: ({ recoveryCode }) => post('/mf-recovery', { code: recoveryCode() }),
  recovery_guess: () => post('/mf-recovery', { code: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF' }),
  setup: () => get('/tf-setup'),
  set_up: ({ pick }) => post('/tf-setup', { setup: pick(['authenticator', 'email']), mode: 'add' }),
  set_up_sms: ({ pick }) => post('/tf-setup', { setup: 'sms', phone: pick(['+15550100', '+15550101', '1']) }),
  disable: () => post('/tf-setup', { setup: 'disable' }),
  confirm: ({ code, setupToken }) => post(`/tf-setup/${setupToken()}`, { code: code() }),
  confirm_guess: ({ setupToken }) => post(`/tf-setup/${setupToken()}`, { code: GUESS }),
  confirm_resend: ({ setupToken }) => post(`/tf-setup/${setupToken()}`, { resend: true }),
  new_recovery_codes: () => post('/mf-recovery-codes'),
  recovery_codes: () => get('/mf-recovery-codes'),
  devices: () => get('/tf-devices'),
  revoke: ({ device }) => ({ method: 'DELETE', path: `/tf-devices/${device()}`, body: {} }),
  rename: ({ enrollment }) => ({
    method: 'PATCH',
    path: `/tf-enrollments/${enrollment()}`,
    body: { name: 'mine' },
  }),
  prefer: ({ enrollment }) => ({
    method: 'PATCH',
    path: `/tf-enrollments/${enrollment()}`,
    body: { preferred: true },
  }),
  remove: ({ enrollment }) => ({ method: 'DELETE', path: `/tf-enrollments/${enrollment()}`, body: {} }),
  step_up: ({ pick }) => post('/verify', { method: pick(['authenticator', 'email', 'sms']) }),
  step_up_code: ({ code }) => post('/verify', { code: code() }),
  step_up_recovery: ({ recoveryCode }) => post('/verify', { recovery_code: recoveryCode() }),
  reauthenticate: () => post('/verify', { password: PASSWORD }),
  who_am_i: () => get('/verify'),
}

/** The request of a move that one of its owners makes now. */
export function requestOf(name: string, actor: Actor): Move {
  const move = moves[name]
  if (move === undefined) throw new Error(`there is no move ${name}`)
  return move(actor)
}

const names = Object.keys(moves)

/** What leads on from where a client is; what is here twice is twice as likely. */
const onward: Readonly<Record<Situation, readonly string[]>> = {
  out: ['login', 'login', 'login_remembered', 'us_signin'],
  selecting: ['select', 'select', 'select', 'rescue', 'recovery'],
  challenged: ['code', 'code', 'code', 'code', 'guess', 'resend', 'rescue', 'recovery', 'select', 'pending'],
  enrolling: ['set_up', 'set_up_sms', 'setup'],
  confirming: ['confirm', 'confirm', 'confirm', 'confirm_guess', 'confirm_resend', 'set_up', 'set_up_sms'],
  in: [
    ...[
      'set_up',
      'set_up_sms',
      'new_recovery_codes',
      'recovery_codes',
      'devices',
      'revoke',
      'setup',
      'rename',
    ],
    ...[
      'prefer',
      'remove',
      'disable',
      'step_up',
      'step_up',
      'who_am_i',
      'reauthenticate',
      'logout',
      'logout',
    ],
  ],
  stepping_up: ['step_up_code', 'step_up_code', 'step_up_code', 'step_up_recovery', 'step_up'],
  forged: ['who_am_i', 'login_form', 'login_form'],
  stale: ['step_up', 'step_up', 'step_up_recovery', 'reauthenticate', 'logout'],
}

/** The move that a client makes: the one that is named, or one that leads on from where it is. */
export function moveOf(name: string, situation: Situation, pick: number): string {
  if (name !== ONWARD) return name
  const leads = onward[situation]
  return leads[pick % leads.length] ?? 'login'
}

/** Stands for a move that leads on. */
const ONWARD = 'onward'

/** One request, or something that happens around the server. */
export const act = fc.oneof(
  { weight: 3, arbitrary: strayRequest },
  { weight: 4, arbitrary: pageAct },
  {
    weight: 9,
    arbitrary: fc.record({
      does: fc.constant('move' as const),
      who,
      name: fc.oneof(
        { weight: 5, arbitrary: fc.constant(ONWARD) },
        { weight: 1, arbitrary: fc.constantFrom(...names) },
      ),
      pick: fc.nat(400),
      mutation,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({
        does: fc.constant('wait' as const),
        seconds: fc.constantFrom(1, 31, 61, 130, 700, 1_300, 90_000),
      }),
      fc.record({
        does: fc.constant('misdeliver' as const),
        how: fc.constantFrom('refuse' as const, 'lose' as const, 'fail_after_sending' as const),
      }),
      fc.record({
        does: fc.constant('host' as const),
        facts: fc.constantFrom<Readonly<Record<string, unknown>>>(
          { securityStamp: 'another stamp' },
          { active: false },
          { active: true },
          { active: true },
          { required: true },
          { required: false },
          { email: null },
          { email: 'bob@acme.test' },
        ),
      }),
      fc.record({ does: fc.constantFrom('unlock' as const, 'reset' as const, 'enroll' as const) }),
    ),
  },
)

/** One act of a session. */
export type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never
