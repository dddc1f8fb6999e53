import { describe, expect, test } from 'vitest'
import {
  clientEventSchemas,
  clientEventTypes,
  isClientEventType,
  parseClientEvent,
} from '../../../packages/core/src/flow/events.ts'
import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from '../../../packages/core/src/policy/defaults.ts'

const longest = 'x'.repeat(MAX_TEXT_LENGTH)
const longestName = 'n'.repeat(MAX_NAME_LENGTH)

/** One event of each type, with all of its fields. */
const samples = [
  { type: 'proof_submitted', proof: '123456', remember: true },
  { type: 'method_selected', method: 'email' },
  { type: 'selection_requested' },
  { type: 'resend_requested' },
  { type: 'rescue_requested', option: 'recovery_code' },
  { type: 'enrollment_requested', method: 'sms', address: '+15550001', name: 'mine', mode: 'add' },
  { type: 'rename_requested', enrollment: 'e1', name: 'new' },
  { type: 'preference_requested', enrollment: 'e1' },
  { type: 'removal_requested', enrollment: 'e1' },
  { type: 'disable_requested' },
  { type: 'recovery_codes_requested' },
  { type: 'cancel_requested' },
] as const

const malformed = (field: string | null) => ({ kind: 'malformed', field })

describe('the public door', () => {
  test.each(samples)('takes $type with all of its fields', (event) => {
    expect(parseClientEvent(event)).toEqual({ kind: 'parsed', event })
  })

  test('knows one event of each of these types and no other', () => {
    expect(clientEventTypes).toEqual(samples.map(({ type }) => type))
    expect(Object.keys(clientEventSchemas)).toEqual(clientEventTypes)
  })

  test.each([
    [{ type: 'proof_submitted', proof: '' }, {}],
    [{ type: 'proof_submitted', proof: longest, remember: false }, {}],
    [{ type: 'enrollment_requested', method: 'authenticator' }, { mode: 'replace' }],
    [{ type: 'enrollment_requested', method: 'authenticator', name: '' }, { mode: 'replace' }],
    [
      { type: 'enrollment_requested', method: 'a', name: '  my phone ' },
      { mode: 'replace', name: 'my phone' },
    ],
    [{ type: 'rename_requested', enrollment: 'e', name: ` ${longestName} ` }, { name: longestName }],
    [{ type: 'rescue_requested', option: 'email' }, {}],
    [{ type: 'rescue_requested', option: 'help' }, {}],
  ])('takes %j, to which it adds %j', (event, added) => {
    expect(parseClientEvent(event)).toEqual({ kind: 'parsed', event: { ...event, ...added } })
  })

  test('hands on a copy: what the transport does to its own afterwards changes nothing', () => {
    const event = { type: 'proof_submitted', proof: '123456' }
    const parsed = parseClientEvent(event)
    event.proof = '000000'
    expect(parsed).toEqual({ kind: 'parsed', event: { type: 'proof_submitted', proof: '123456' } })
  })

  test.each([
    ['a proof that is a number', { type: 'proof_submitted', proof: 123_456 }, 'proof'],
    ['a proof that is a list', { type: 'proof_submitted', proof: ['123456'] }, 'proof'],
    ['no proof', { type: 'proof_submitted' }, 'proof'],
    ['a proof that is null', { type: 'proof_submitted', proof: null }, 'proof'],
    ['a proof beyond all measure', { type: 'proof_submitted', proof: `${longest}x` }, 'proof'],
    ['remember as text', { type: 'proof_submitted', proof: '1', remember: 'yes' }, 'remember'],
    ['remember as null', { type: 'proof_submitted', proof: '1', remember: null }, 'remember'],
    ['no method', { type: 'method_selected' }, 'method'],
    ['a method that is an object', { type: 'method_selected', method: { kind: 'email' } }, 'method'],
    ['a huge method', { type: 'method_selected', method: 'x'.repeat(1_000_000) }, 'method'],
    ['an unknown rescue', { type: 'rescue_requested', option: 'password' }, 'option'],
    ['a rescue by the name of a built-in', { type: 'rescue_requested', option: 'constructor' }, 'option'],
    ['an unknown mode', { type: 'enrollment_requested', method: 'sms', mode: 'both' }, 'mode'],
    ['an address that is a number', { type: 'enrollment_requested', method: 'sms', address: 1 }, 'address'],
    ['a huge address', { type: 'enrollment_requested', method: 'sms', address: `${longest}x` }, 'address'],
    ['a long name', { type: 'enrollment_requested', method: 'a', name: `${longestName}x` }, 'name'],
    [
      'a rename to a long name',
      { type: 'rename_requested', enrollment: 'e', name: `${longestName}x` },
      'name',
    ],
    ['a rename to nothing', { type: 'rename_requested', enrollment: 'e', name: '  ' }, 'name'],
    ['a rename of nothing', { type: 'rename_requested', name: 'new' }, 'enrollment'],
    ['a preference for nothing', { type: 'preference_requested' }, 'enrollment'],
    ['a removal of a list', { type: 'removal_requested', enrollment: ['e1', 'e2'] }, 'enrollment'],
  ])('refuses %s and names the field', (_what, event, field) => {
    expect(parseClientEvent(event)).toEqual(malformed(field))
  })

  test.each(samples)('refuses $type with a field more, whose name it does not echo', (event) => {
    expect(parseClientEvent({ ...event, 'S3CRET-canary': 1 })).toEqual(malformed(null))
  })

  test.each(['at', 'userId', 'caller', 'verdict', 'facts', 'profile', 'digest', 'state'])(
    'L1, ASVS 6.5.8: a client cannot state a fact beside a proof, its own time the least: %s is no field of it',
    (field) => {
      expect(parseClientEvent({ type: 'proof_submitted', proof: '123456', [field]: 0 })).toEqual(
        malformed(null),
      )
    },
  )

  // Whole and right events of the engine, as an attacker who has read the source would send them.
  test.each([
    { type: 'enrollment_prepared', at: 0, pending: {} },
    { type: 'challenge_opened', at: 0, challenge: 'c', digest: null, hint: null },
    { type: 'proof_accepted', at: 0, methodData: null, recoveryCode: null, remember: true, device: 'd' },
    { type: 'proof_rejected', at: 0, cause: 'code_mismatch' },
    { type: 'proof_malformed', at: 0 },
    { type: 'recovery_codes_drawn', at: 0, digests: ['d'], sealed: null },
    { type: 'delivery_failed', at: 0, challenge: 'c', definite: true },
    { type: 'help_failed', at: 0, definite: true },
    { type: 'flow_expired', at: 0 },
    { type: 'flow_superseded', at: 0 },
    { type: 'user_inactive', at: 0 },
    { type: 'xstate.init' },
    { type: 'xstate.stop' },
    { type: '*' },
  ])('L1, CWE-308: the engine’s own $type is as unknown here as any nonsense', (event) => {
    expect(parseClientEvent(event)).toEqual(malformed('type'))
    expect(isClientEventType(event.type)).toBe(false)
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'cancel_requested'],
    ['a number', 7],
    ['a list', [{ type: 'cancel_requested' }]],
    ['an empty object', {}],
    ['a type that is a list of one', { type: ['cancel_requested'] }],
    ['a type that becomes the right text', { type: { toString: (): string => 'cancel_requested' } }],
    ['a type in capitals', { type: 'CANCEL_REQUESTED' }],
    ['a type with a blank', { type: 'cancel_requested ' }],
    ['a huge type', { type: 'x'.repeat(1_000_000) }],
    ['the prototype as type', { type: '__proto__' }],
    ['a built-in as type', { type: 'constructor' }],
    ['another built-in as type', { type: 'hasOwnProperty' }],
    ['a function', () => ({ type: 'cancel_requested' })],
  ])('refuses %s', (_what, value) => {
    expect(parseClientEvent(value)).toEqual(malformed('type'))
  })

  test('refuses a list that carries the fields of an event', () => {
    const list = Object.assign([], { type: 'cancel_requested' })
    expect(parseClientEvent(list).kind).toBe('malformed')
  })

  test('prototype pollution: a field __proto__, as JSON can carry it, is one too many and pollutes nothing', () => {
    const event: unknown = JSON.parse('{"type":"cancel_requested","__proto__":{"polluted":true}}')
    expect(parseClientEvent(event)).toEqual(malformed(null))
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('prototype pollution: constructor and prototype are fields like any other', () => {
    const event: unknown = JSON.parse(
      '{"type":"cancel_requested","constructor":{"prototype":{"polluted":true}}}',
    )
    expect(parseClientEvent(event)).toEqual(malformed(null))
  })

  test('a getter that changes its mind after the type was read is not believed', () => {
    let reads = 0
    const event = {
      get type() {
        reads += 1
        return reads === 1 ? 'cancel_requested' : 'proof_accepted'
      },
    }
    expect(parseClientEvent(event)).toEqual(malformed('type'))
  })

  test('what comes out holds values, not the getters that were passed in', () => {
    let proof = '123456'
    const parsed = parseClientEvent({
      type: 'proof_submitted',
      get proof() {
        return proof
      },
    })
    proof = '000000'
    expect(parsed).toMatchObject({ event: { proof: '123456' } })
  })
})
