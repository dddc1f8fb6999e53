import { memoryStore } from '@sallyport/adapters-memory'
import { ConfigError, createTwoFactor, type HostMethod, keyRing, type TwoFactorConfig } from '@sallyport/core'
import { outbox } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../packages/core/src/engine/config.ts'

const { mailer, smsSender } = outbox()
const phoneNumbers = { toE164: () => undefined }
const right: TwoFactorConfig = {
  policy: { issuer: 'Acme' },
  store: memoryStore(),
  keys: { ring: [{ id: 'k', secret: new Uint8Array(32) }] },
  findUser: () => null,
}

const method = (facts: Partial<HostMethod['method']> = {}): HostMethod => ({
  method: {
    kind: 'push',
    amr: ['hwk'],
    addressed: 'none',
    begin: () => ({ methodData: null }),
    check: () => ({ kind: 'malformed' }),
    ...facts,
  },
})
const deliver = async () => undefined

/** The faults of a configuration that must be a wrong one: `field: message` each. */
function faultsOf(config: object): readonly string[] {
  try {
    createTwoFactor(config as TwoFactorConfig) // a host in plain JavaScript has no compiler
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ field, message }) => `${field}: ${message}`)
    throw error
  }
  throw new Error('it is a configuration')
}

const policy = (more: object) => ({ policy: { issuer: 'Acme', ...more } })

describe('a configuration', () => {
  test.each([
    ['with the least there can be', {}],
    ['with mail', { mailer, ...policy({ methods: ['authenticator', 'email'] }) }],
    ['with text messages', { sms: smsSender, phoneNumbers, ...policy({ methods: ['sms'] }) }],
    [
      'with a method of the host’s',
      { methods: [method()], ...policy({ methods: ['push', 'authenticator'] }) },
    ],
    ['with a method that is registered and switched off', { methods: [method()] }],
    [
      'with a host’s own mail in the place of the built-in',
      { methods: [method({ kind: 'email' })], ...policy({ methods: ['email'] }) },
    ],
    ['with a ring from the environment', { keys: keyRing(`k:${'A'.repeat(43)}`) }],
    [
      'with everything that needs a mailer',
      { mailer, ...policy({ rescue: { email: {}, help: 'help@acme.test' } }) },
    ],
  ])('%s works', (_what, more) => {
    expect(createTwoFactor({ ...right, ...more }).policy.issuer).toBe('Acme')
  })

  test.each([
    ['no store', { store: undefined }, ['store: must be a Store']],
    ['a store that is none', { store: {} }, ['store: must be a Store']],
    ['no keys', { keys: undefined }, ['keys: must be a key ring; see keyRing']],
    ['a secret in the place of a ring', { keys: 'k:secret' }, ['keys: must be a key ring; see keyRing']],
    ['an empty ring', { keys: { ring: [] } }, ['keys: must hold at least one key']],
    [
      'a key that is too short',
      { keys: { ring: [{ id: 'k', secret: new Uint8Array(31) }] } },
      ['keys[0].secret: must have at least 32 bytes'],
    ],
    ['no users', { findUser: undefined }, ['findUser: must be a function']],
    [
      'a policy that is none',
      { policy: undefined },
      ['policy: Invalid input: expected object, received undefined'],
    ],
    [
      'a text that is none',
      { messages: { 'help.text': '{secret}' } },
      ['messages.help.text: has no value for {secret}'],
    ],
    ['mail without a mailer', policy({ methods: ['email'] }), ['policy.methods: "email" needs a mailer']],
    [
      'text messages without a sender',
      policy({ methods: ['sms'] }),
      ['policy.methods: "sms" needs an sms sender and phoneNumbers'],
    ],
    [
      'ASVS 6.6.1: text messages without number plans',
      { sms: smsSender, ...policy({ methods: ['sms'] }) },
      ['policy.methods: "sms" needs an sms sender and phoneNumbers'],
    ],
    [
      'a method that is not registered',
      policy({ methods: ['fax'] }),
      ['policy.methods: "fax" is not registered'],
    ],
    [
      'rescues without a mailer',
      policy({ rescue: { email: {}, help: 'help@acme.test' } }),
      ['policy.rescue.email: needs a mailer', 'policy.rescue.help: needs a mailer'],
    ],
    [
      'a method’s name in camel case',
      { methods: [method({ kind: 'pushNote' })] },
      ['methods.pushNote: must be a snake_case name'],
    ],
    [
      'a method’s name that is too long',
      { methods: [method({ kind: 'p'.repeat(33) })] },
      [`methods.${'p'.repeat(33)}: must be a snake_case name`],
    ],
    [
      'a method registered twice',
      { methods: [method(), method()] },
      ['methods.push: is registered twice', 'methods.push: is registered twice'],
    ],
    [
      'a method by the name of a built-in',
      { methods: [method({ kind: 'authenticator' })] },
      ['methods.authenticator: is registered twice'],
    ],
    [
      'L1: a method by the name of a rescue',
      { methods: [method({ kind: 'recovery_code' })] },
      ['methods.recovery_code: is the name of a rescue'],
    ],
    [
      'an address that nothing parses',
      { methods: [method({ addressed: 'given' })] },
      ['methods.push: must parse the address that the user gives'],
    ],
    [
      'a delivery of nothing',
      { methods: [{ ...method(), deliver }] },
      ['methods.push: issues nothing to deliver'],
    ],
    [
      'NIST out-of-band: a delivered code that lives as long as its flow',
      { methods: [{ ...method({ issue: () => ({ code: '1' }) }), deliver }] },
      ['methods.push: must let a code live at most 600 seconds'],
    ],
    [
      'NIST out-of-band: a delivered code that lives longer than ten minutes',
      { methods: [{ ...method({ issue: () => ({ code: '1' }), challengeSeconds: 601 }), deliver }] },
      ['methods.push: must let a code live at most 600 seconds'],
    ],
    [
      'a delivered code that is expired at once',
      { methods: [{ ...method({ issue: () => ({ code: '1' }), challengeSeconds: 0 }), deliver }] },
      ['methods.push: must let a code live at most 600 seconds'],
    ],
  ])('with %s is refused, by its field', (_what, more, faults) => {
    expect(faultsOf({ ...right, ...more })).toEqual(faults)
  })

  test('that is wrong in several places says all of them at once', () => {
    const faults = faultsOf({
      policy: { issuer: '', methods: [] },
      messages: { nonsense: 'x' },
      keys: { ring: [{ id: '', secret: 'short' }] },
    })
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'policy.issuer',
      'policy.methods',
      'messages.nonsense',
      'store',
      'keys[0].id',
      'keys[0].secret',
      'findUser',
    ])
  })

  test('whose ports and methods are both wrong says so of both', () => {
    const faults = faultsOf({
      ...right,
      ...policy({ methods: ['email', 'fax'] }),
      store: null,
      methods: [method({ kind: 'X' })],
    })
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'store',
      'policy.methods',
      'policy.methods',
      'methods.X',
    ])
  })

  test('L6: that is wrong in its keys echoes none of them', () => {
    const faults = faultsOf({ ...right, keys: { ring: [{ id: 'S3CRET:canary', secret: 'S3CRET-canary' }] } })
    expect(faults.join()).not.toContain('S3CRET')
  })
})

test('a delivered code may live for ten minutes', () => {
  const push = { ...method({ issue: () => ({ code: '1' }), challengeSeconds: 600 }), deliver }
  expect(() => createTwoFactor({ ...right, methods: [push] })).not.toThrow()
})

test('phone numbers without a sender make no method of them', () => {
  expect(faultsOf({ ...right, phoneNumbers, ...policy({ methods: ['sms'] }) })).toEqual([
    'policy.methods: "sms" needs an sms sender and phoneNumbers',
  ])
})

test('the machine is told which methods send, and how long the policy lets their codes live', () => {
  const { methodFacts } = parseConfig({
    ...right,
    policy: { issuer: 'Acme', lifetimes: { emailCodeSeconds: 240, smsCodeSeconds: 90 } },
    mailer,
    sms: smsSender,
    phoneNumbers,
    methods: [
      method(),
      { ...method({ kind: 'pager', issue: () => ({ code: '1' }), challengeSeconds: 60 }), deliver },
    ],
  })
  expect(methodFacts).toMatchObject({
    authenticator: { sends: false },
    email: { sends: true, challengeSeconds: 240 },
    sms: { sends: true, challengeSeconds: 90 },
    push: { sends: false },
    pager: { sends: true, challengeSeconds: 60 },
  })
})

test('an error of the host’s own while its keys are read is thrown as it is', () => {
  const error = new TypeError('the vault is sealed')
  const ring = [
    {
      id: 'k',
      get secret(): Uint8Array {
        throw error
      },
    },
  ]
  expect(() => faultsOf({ ...right, keys: { ring } })).toThrow(error)
})
