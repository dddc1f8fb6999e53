import { expect, test } from 'vitest'
import { ConfigError } from '../../../packages/core/src/errors.ts'
import type { ChallengeId } from '../../../packages/core/src/ids.ts'
import { authenticatorMethod } from '../../../packages/core/src/methods/authenticator.ts'
import { MAX_PROOF_LENGTH, normalizeCode } from '../../../packages/core/src/methods/one-time-code.ts'
import { emailMethod, maskPhone } from '../../../packages/core/src/methods/out-of-band.ts'
import { drawRecoveryCodes } from '../../../packages/core/src/methods/recovery-code.ts'
import { sampleMac } from './sample-mac.ts'

const submitted = { proof: '123456', at: 0, challengeId: 'challenge-1' as ChallengeId, mac: sampleMac } // an id is opaque here
const secret = new Uint8Array(20)

test.each([
  {
    what: 'too few random bytes for a secret',
    call: () => authenticatorMethod().begin({ random: new Uint8Array(19), issuer: 'Acme', label: 'alice' }),
    error: { code: 'input_invalid', field: 'random', message: 'random must have at least 20 bytes' },
  },
  {
    what: 'too few random bytes for recovery codes',
    call: () => drawRecoveryCodes(new Uint8Array(149)),
    error: { code: 'input_invalid', field: 'random', message: 'random must have at least 150 bytes' },
  },
  {
    what: 'an enrollment without its secret',
    call: () => authenticatorMethod().check({ ...submitted, methodData: { lastTimeStep: null } }),
    error: { code: 'profile_invalid', message: 'profile: an authenticator enrollment without a secret' },
  },
  {
    what: 'an enrollment that has lost its memory',
    call: () => authenticatorMethod().check({ ...submitted, secret, methodData: null }),
    error: { code: 'profile_invalid', message: 'profile: an authenticator enrollment without lastTimeStep' },
  },
  {
    what: 'a challenge without a code',
    call: () => emailMethod().check({ ...submitted, methodData: null }),
    error: { code: 'snapshot_invalid', message: 'challenge: a code was asked for and none was drawn' },
  },
])('what is thrown for $what names what is wrong, by its code and where it lies', ({ call, error }) => {
  expect(call).toThrow(expect.objectContaining(error))
})

test('a code that would live too long is refused with the longest that is allowed, and its source', () => {
  const message = 'must be a whole number from 1 to 600 (NIST SP 800-63B-4 §3.1.3.2)'
  const fault = { field: 'email.challengeSeconds', message }
  expect(() => emailMethod({ challengeSeconds: 601 })).toThrow(new ConfigError([fault]))
})

test('a proof that is too long to look at is no code, spaces or not', () => {
  expect(normalizeCode('1'.repeat(MAX_PROOF_LENGTH + 1), 6)).toBeUndefined()
  expect(normalizeCode('123456'.padEnd(MAX_PROOF_LENGTH), 6)).toBe('123456')
  expect(normalizeCode('123456'.padEnd(MAX_PROOF_LENGTH + 1), 6)).toBeUndefined()
})

test('a phone number of six digits is the shortest of which two are shown', () => {
  expect(maskPhone('123456')).toBe('***56')
  expect(maskPhone('12345')).toBe('***')
})
