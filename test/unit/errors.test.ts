import { describe, expect, test } from 'vitest'
import * as core from '../../packages/core/src/index.ts'

const cause = new Error('the driver’s own')
const faults = [
  { field: 'policy.issuer', message: 'is missing' },
  { field: 'keys', message: 'must be a key ring' },
]

const samples = [
  ['ConfigError', new core.ConfigError(faults), 'config_invalid'],
  ['InputError', new core.InputError('input_invalid', 'caller', 'is not as expected'), 'input_invalid'],
  ['SnapshotError', new core.SnapshotError('profile_invalid', 'm', { cause }), 'profile_invalid'],
  ['StoreError', new core.StoreError('outcome_unknown', 'm', { cause }), 'outcome_unknown'],
  ['TokenError', new core.TokenError('token_invalid', 'm', { cause }), 'token_invalid'],
  ['KeyError', new core.KeyError('key_unknown', 'm', { cause }), 'key_unknown'],
] as const

describe('what Sallyport throws', () => {
  test.each(samples)('%s is a SallyportError that says its name and code', (name, error, code) => {
    expect(error).toBeInstanceOf(core.SallyportError)
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.code]).toEqual([name, code])
    expect(error.stack).toContain(name)
  })

  test.each(samples.slice(2))('%s keeps its cause for the operator', (_name, error) => {
    expect(error.cause).toBe(cause)
  })

  test('a ConfigError lists every fault, in its message too', () => {
    const [, error] = samples[0]
    expect(error.faults).toBe(faults)
    expect(error.message).toBe('policy.issuer: is missing; keys: must be a key ring')
  })

  test('an InputError names the field in its message and beside it', () => {
    const [, error] = samples[1]
    expect([error.field, error.message]).toEqual(['caller', 'caller is not as expected'])
  })
})
