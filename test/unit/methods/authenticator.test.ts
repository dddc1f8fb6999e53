import fc from 'fast-check'
import { HOTP, Secret, TOTP, URI } from 'otpauth'
import { expect, test } from 'vitest'
import { ConfigError, InputError, SnapshotError } from '../../../packages/core/src/errors.ts'
import type { ChallengeId } from '../../../packages/core/src/ids.ts'
import type { Json } from '../../../packages/core/src/json.ts'
import {
  authenticatorMethod,
  checkTimeStepCode,
  keyUri,
  timeStepAt,
} from '../../../packages/core/src/methods/authenticator.ts'
import { RFC_4226_SECRET } from '../../vectors/rfc-4226.ts'
import { sampleMac } from './sample-mac.ts'

const STEP_MS = 30_000
const secret = RFC_4226_SECRET
const at = Date.UTC(2026, 0, 15, 12)
const now = timeStepAt(at)

/** The code of a time step, by otpauth's own build on OpenSSL. */
const codeOf = (step: number, of: Uint8Array = secret): string =>
  HOTP.generate({ secret: new Secret({ buffer: of.slice().buffer }), counter: step })

const checkAt = (code: string, lastTimeStep: number | null = null, driftSteps: 0 | 1 = 1) =>
  checkTimeStepCode({ secret, code, at, lastTimeStep, driftSteps })

test('a time step is 30 seconds, from its first millisecond to its last', () => {
  expect([0, 29_999, 30_000, 59_999, 60_000].map(timeStepAt)).toEqual([0, 0, 1, 1, 2])
})

test.each([
  [-2, { kind: 'rejected', cause: 'code_mismatch' }],
  [-1, { kind: 'accepted', timeStep: now - 1 }],
  [0, { kind: 'accepted', timeStep: now }],
  [1, { kind: 'accepted', timeStep: now + 1 }],
  [2, { kind: 'rejected', cause: 'code_mismatch' }],
])('RFC 6238 §5.2: the code of %i steps from now gives %j', (offset, verdict) => {
  expect(checkAt(codeOf(now + offset))).toEqual(verdict)
})

test('without drift only the step of now counts', () => {
  const verdicts = [-1, 0, 1].map((offset) => checkAt(codeOf(now + offset), null, 0).kind)
  expect(verdicts).toEqual(['rejected', 'accepted', 'rejected'])
})

test('a code is good from the start of the step before its own to the end of the one after', () => {
  const code = codeOf(now)
  const start = now * STEP_MS
  const kindAt = (moment: number) => checkTimeStepCode({ secret, code, at: moment, lastTimeStep: null }).kind
  expect(
    [start - STEP_MS - 1, start - STEP_MS, start + 2 * STEP_MS - 1, start + 2 * STEP_MS].map(kindAt),
  ).toEqual(['rejected', 'accepted', 'accepted', 'rejected'])
})

test('spaces and dashes in a code are ignored', () => {
  const code = codeOf(now)
  expect(checkAt(`${code.slice(0, 3)} ${code.slice(3)}`).kind).toBe('accepted')
  expect(checkAt(`${code.slice(0, 3)}-${code.slice(3)}\n`).kind).toBe('accepted')
})

test.each(['', '12345', '1234567', '12345a', '１２３４５６'])(
  '%j is malformed, which is no attempt',
  (code) => {
    expect(checkAt(code)).toEqual({ kind: 'malformed' })
  },
)

test('any secret, moment and step: accepted exactly within one step of now', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 64 }),
      fc.integer({ min: 3 * STEP_MS, max: 10 ** 13 }),
      fc.integer({ min: -3, max: 3 }),
      (anySecret, moment, offset) => {
        const code = new TOTP({ secret: new Secret({ buffer: anySecret.slice().buffer }) }).generate({
          timestamp: moment + offset * STEP_MS,
        })
        const window = [-1, 0, 1].map((step) => codeOf(timeStepAt(moment) + step, anySecret))
        const { kind } = checkTimeStepCode({ secret: anySecret, code, at: moment, lastTimeStep: null })
        expect(kind).toBe(window.includes(code) ? 'accepted' : 'rejected')
        if (Math.abs(offset) <= 1) expect(kind).toBe('accepted')
      },
    ),
    { numRuns: 300 },
  )
})

test('the first steps of time have none before them', () => {
  const check = (code: string) => checkTimeStepCode({ secret, code, at: 0, lastTimeStep: null })
  expect([codeOf(0), codeOf(1), codeOf(2)].map((code) => check(code).kind)).toEqual([
    'accepted',
    'accepted',
    'rejected',
  ])
  expect(check(codeOf(-1)).kind).toBe('rejected')
})

test('a secret that is a view into a larger buffer is that view alone', () => {
  const larger = new Uint8Array(64).fill(7)
  larger.set(secret, 10)
  const view = larger.subarray(10, 30)
  const verdict = checkTimeStepCode({ secret: view, code: codeOf(now), at, lastTimeStep: null })
  expect(verdict.kind).toBe('accepted')
  expect(keyUri({ issuer: 'A', label: 'b', secret: view })).toBe(keyUri({ issuer: 'A', label: 'b', secret }))
})

test('RFC 4226 §4 R6: a secret below 128 bits is refused, not checked', () => {
  const check = (length: number) => () =>
    checkTimeStepCode({ secret: secret.subarray(0, length), code: '000000', at, lastTimeStep: null })
  expect(check(15)).toThrow(ConfigError)
  expect(check(16)).not.toThrow()
})

test('L2, RFC 6238 §5.2: a code whose step was accepted is told apart from a wrong one', () => {
  expect(checkAt(codeOf(now), now)).toEqual({ kind: 'rejected', cause: 'time_step_reused' })
  expect(checkAt('000000', now)).toEqual({ kind: 'rejected', cause: 'code_mismatch' })
})

test('L2: a step before the last accepted one is used up too, a later one is not', () => {
  expect(checkAt(codeOf(now - 1), now)).toEqual({ kind: 'rejected', cause: 'time_step_reused' })
  expect(checkAt(codeOf(now + 1), now)).toEqual({ kind: 'accepted', timeStep: now + 1 })
})

test('L2: a clock that steps back opens nothing', () => {
  expect(checkAt(codeOf(now), now + 100)).toEqual({ kind: 'rejected', cause: 'time_step_reused' })
})

/** Time steps of the secret of RFC 4226 whose codes are the same by chance, found by search. */
const ADJACENT_TWINS = { first: 910_737, second: 910_738, code: '911617' }
const DISTANT_TWINS = { first: 153_567, second: 153_569, code: '468457' }

test.each([
  [ADJACENT_TWINS, ADJACENT_TWINS.first],
  [ADJACENT_TWINS, ADJACENT_TWINS.second],
  [DISTANT_TWINS, DISTANT_TWINS.first + 1],
])(
  'L2, CWE-294: where a code is that of two steps in the window, it cannot be replayed as the other: %j',
  (twins, step) => {
    const { first, second, code } = twins
    expect([codeOf(first), codeOf(second)]).toEqual([code, code])
    const check = (lastTimeStep: number | null, moment: number) =>
      checkTimeStepCode({ secret, code, at: moment * STEP_MS, lastTimeStep })

    expect(check(null, step)).toEqual({ kind: 'accepted', timeStep: second })
    for (let later = step; later <= second + 1; later++) {
      expect(check(second, later)).toEqual({ kind: 'rejected', cause: 'time_step_reused' })
    }
  },
)

test('a code of two steps, of which the earlier is used up, is good for the later', () => {
  const { first, second, code } = ADJACENT_TWINS
  const verdict = checkTimeStepCode({ secret, code, at: first * STEP_MS, lastTimeStep: first })
  expect(verdict).toEqual({ kind: 'accepted', timeStep: second })
})

const method = authenticatorMethod()
const begun = method.begin({
  random: new Uint8Array(64).fill(0xab),
  issuer: 'Acme',
  label: 'alice@acme.test',
})

const challengeId = 'c1' as ChallengeId // an id is opaque here
const check = (proof: string, methodData: Json, by = method) =>
  by.check({ proof, at, challengeId, secret, methodData, mac: sampleMac })

test('the method says what it is', () => {
  expect(method).toMatchObject({ kind: 'authenticator', amr: ['otp'], addressed: 'none' })
  expect(method.channel ?? method.issue ?? method.challengeSeconds).toBeUndefined()
})

test('RFC 4226 §4 R6: a new secret is the first 160 of the random bits', () => {
  const random = Uint8Array.from({ length: 64 }, (_, index) => index)
  const { secret: drawn, methodData } = method.begin({ random, issuer: 'Acme', label: 'alice' })
  expect(drawn).toEqual(random.subarray(0, 20))
  expect(methodData).toEqual({ lastTimeStep: null })
  random.fill(0)
  expect(drawn?.[19]).toBe(19)
})

test('CWE-330: too few random bytes make no secret', () => {
  const begin = (length: number) => () =>
    method.begin({ random: new Uint8Array(length), issuer: 'Acme', label: 'alice' })
  expect(begin(19)).toThrow(InputError)
  expect(begin(20)).not.toThrow()
})

test('the provisioning data are all that an app asks for, as JSON', () => {
  expect(begun.provisioning).toEqual({
    kind: 'app',
    secret: 'VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L',
    groupedSecret: 'VOV2 XK5L VOV2 XK5L VOV2 XK5L VOV2 XK5L',
    label: 'alice@acme.test',
    issuer: 'Acme',
    uri:
      'otpauth://totp/Acme:alice%40acme.test?secret=VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L' +
      '&issuer=Acme&algorithm=SHA1&digits=6&period=30',
    digits: 6,
    periodSeconds: 30,
    algorithm: 'SHA1',
  })
  expect(JSON.parse(JSON.stringify(begun.provisioning))).toEqual(begun.provisioning)
})

test('an accepted code is remembered by its step, so that the confirming one counts as used', () => {
  const verdict = check(codeOf(now), { lastTimeStep: null })
  expect(verdict).toEqual({ kind: 'accepted', methodData: { lastTimeStep: now } })
  expect(check(codeOf(now), { lastTimeStep: now })).toEqual({ kind: 'rejected', cause: 'time_step_reused' })
})

test('the method’s verdicts are those of its codes', () => {
  expect(check('000000', { lastTimeStep: null })).toEqual({ kind: 'rejected', cause: 'code_mismatch' })
  expect(check('no code', { lastTimeStep: null })).toEqual({ kind: 'malformed' })
})

test('the drift of a method is its option', () => {
  const strict = authenticatorMethod({ driftSteps: 0 })
  expect(check(codeOf(now - 1), { lastTimeStep: null }).kind).toBe('accepted')
  expect(check(codeOf(now - 1), { lastTimeStep: null }, strict).kind).toBe('rejected')
})

test('L2: whatever is typed when, the accepted steps only grow', () => {
  const attempt = fc.record({
    offset: fc.integer({ min: -2, max: 2 }),
    moveMs: fc.integer({ min: -90_000, max: 90_000 }),
  })
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 5, maxLength: 25 }), (attempts) => {
      let moment = at
      let methodData: Json = { lastTimeStep: null }
      const accepted: Json[] = []
      for (const { offset, moveMs } of attempts) {
        moment += moveMs
        const verdict = method.check({
          proof: codeOf(timeStepAt(moment) + offset),
          at: moment,
          challengeId,
          secret,
          methodData,
          mac: sampleMac,
        })
        if (verdict.kind !== 'accepted') continue
        methodData = verdict.methodData
        accepted.push(verdict.methodData)
      }
      // As the method writes it.
      const steps = accepted.map((data) => (data as { lastTimeStep: number }).lastTimeStep)
      expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
    }),
  )
})

test.each<Json>([null, 7, 'x', [], {}, { lastTimeStep: '1' }, { lastTimeStep: 1.5 }, { lastTimeStep: true }])(
  'L2: a lost memory (%j) is not taken for a new enrollment',
  (methodData) => {
    expect(() => check(codeOf(now), methodData)).toThrow(SnapshotError)
  },
)

test('an enrollment without its secret is a broken profile, never a wrong code', () => {
  const input = { proof: codeOf(now), at, challengeId, mac: sampleMac }
  expect(() => method.check({ ...input, methodData: { lastTimeStep: null } })).toThrow(SnapshotError)
})

test('a key URI is read by an authenticator app as it was meant', () => {
  const parsed = URI.parse(keyUri({ issuer: 'Acme & Söhne', label: 'alice+test@acme.test', secret }))
  expect(parsed).toBeInstanceOf(TOTP)
  expect(parsed).toMatchObject({
    issuer: 'Acme & Söhne',
    label: 'alice+test@acme.test',
    issuerInLabel: true,
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  })
  expect(parsed.secret.bytes).toEqual(secret)
})

test('Key URI format: a label cannot pass itself off as another issuer or add a parameter', () => {
  const label = 'Bank:alice?issuer=Bank&secret=AAAA#/'
  const uri = keyUri({ issuer: 'Acme', label, secret })
  expect(URI.parse(uri)).toMatchObject({ issuer: 'Acme', label: 'Bank-alice?issuer=Bank&secret=AAAA#/' })
  expect(uri.match(/[?#]/g)).toEqual(['?'])
})

test('Key URI format: whatever issuer and label are, one colon stands between them and all is ASCII', () => {
  const name = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constant('\ud800'),
    fc.constant('a:b%3Ac'),
  )
  fc.assert(
    fc.property(name, name, (issuer, label) => {
      const uri = keyUri({ issuer, label, secret })
      const [path = '', query = ''] = uri.slice('otpauth://totp/'.length).split('?')
      expect(uri).toMatch(/^otpauth:\/\/totp\/[\x21-\x7e]+$/)
      expect(decodeURIComponent(path).match(/:/g)).toEqual([':'])
      const parameters = new URLSearchParams(query)
      expect([...parameters.keys()]).toEqual(['secret', 'issuer', 'algorithm', 'digits', 'period'])
      expect(parameters.get('issuer')).toBe(issuer.toWellFormed().replaceAll(':', '-').trim())
      expect(path.split(':')[0]).toBe(encodeURIComponent(parameters.get('issuer') ?? ''))
    }),
  )
})

test('what the app will show is what the provisioning data say', () => {
  const { provisioning } = method.begin({ random: new Uint8Array(64), issuer: ' A:B ', label: ' c:d ' })
  expect(provisioning).toMatchObject({ issuer: 'A-B', label: 'c-d' })
})
