import { randomBytes, randomInt } from 'node:crypto'
import { HOTP, Secret } from 'otpauth'
import { equalBytes } from '../../packages/core/src/crypto/constant-time.ts'
import { createDeviceTokens } from '../../packages/core/src/crypto/device-token.ts'
import { createFlowTokens, FLOW_RANDOM_BYTES } from '../../packages/core/src/crypto/flow-token.ts'
import { createHasher } from '../../packages/core/src/crypto/hasher.ts'
import { answer } from '../../packages/core/src/engine/answer.ts'
import type { Environment } from '../../packages/core/src/engine/config.ts'
import type { Position } from '../../packages/core/src/flow/step.ts'
import { type DeviceId, type Digest, parseUserId } from '../../packages/core/src/ids.ts'
import { checkTimeStepCode, timeStepAt } from '../../packages/core/src/methods/authenticator.ts'
import { equalCodes } from '../../packages/core/src/methods/one-time-code.ts'
import {
  drawRecoveryCodes,
  normalizeRecoveryCode,
  RECOVERY_CODE_BYTES,
  RECOVERY_CODE_COUNT,
} from '../../packages/core/src/methods/recovery-code.ts'
import { emptyProfile } from '../../packages/core/src/profile/profile.ts'
import { equalTexts } from '../../packages/http/src/keys.ts'
import { FIRST_OR_LAST, guessedBytes, guessedText, withOneWrong } from './differing.ts'
import { type Subject, subject } from './measure.ts'

const NOW = 1_767_225_600_000
const userId = parseUserId('alice')
const keys = { ring: [{ id: 'k1', secret: new Uint8Array(randomBytes(32)) }] } as const
const hasher = createHasher(keys)
const flowTokens = createFlowTokens(keys)
const deviceTokens = createDeviceTokens(keys)

/** Two characters of base64url whose last bits are zero, so that either may end the text of 32 bytes. */
const SIGNATURE_CHARACTERS = ['A', 'Q'] as const

function codeOf(secret: Uint8Array, timeStep: number): string {
  const bytes = secret.slice().buffer
  return HOTP.generate({
    secret: new Secret({ buffer: bytes }),
    digits: 6,
    counter: timeStep,
    algorithm: 'SHA1',
  })
}

const authenticatorInput = (code: (secret: Uint8Array, now: number) => string) => {
  const secret = new Uint8Array(randomBytes(20))
  const at = NOW + randomInt(1e9)
  return { secret, at, lastTimeStep: null, code: code(secret, timeStepAt(at)) }
}

/** A user's recovery codes as they are stored, and one of them as it is typed. */
function recoveryCodeInput(place: number) {
  const codes = drawRecoveryCodes(new Uint8Array(randomBytes(RECOVERY_CODE_COUNT * RECOVERY_CODE_BYTES)))
  const unused = codes.map((code) => hasher.recoveryCode(userId, normalizeRecoveryCode(code) ?? code))
  const profile = { ...emptyProfile, recoveryCodes: { unused } }
  const challenge = { target: { of: 'recovery_code' } }
  return {
    proof: codes[place] ?? '',
    position: { profile, flow: { stage: { phase: 'proving', challenge } } } as unknown as Position, // all that is read
  }
}

const environment = { hasher, random: { bytes: (length: number) => new Uint8Array(randomBytes(length)) } }

/** Every comparison of a secret with what a client has sent. */
export const comparisons: readonly Subject[] = [
  subject({
    name: 'core: equalBytes, 32 bytes',
    classes: FIRST_OR_LAST,
    prepare: (kind) => guessedBytes(kind, 32),
    run: ({ secret, guess }) => equalBytes(secret, guess),
    runs: 200,
    samples: 40_000,
  }),
  subject({
    name: 'core: equalCodes, 6 digits',
    classes: FIRST_OR_LAST,
    prepare: (kind) => guessedText(kind, 6),
    run: ({ secret, guess }) => equalCodes(secret, guess),
    runs: 400,
    samples: 40_000,
  }),
  subject({
    name: 'http: equalTexts, 43 characters',
    classes: FIRST_OR_LAST,
    prepare: (kind) => guessedText(kind, 43),
    run: ({ secret, guess }) => equalTexts(secret, guess),
    runs: 200,
    samples: 40_000,
  }),
  subject({
    name: 'authenticator: a wrong code',
    classes: FIRST_OR_LAST,
    prepare: (kind) =>
      authenticatorInput((secret, now) => withOneWrong(codeOf(secret, now), kind, ['0', '1'])),
    run: checkTimeStepCode,
    runs: 4,
    samples: 20_000,
  }),
  subject({
    name: 'authenticator: a right code',
    classes: ['it is of the step before', 'it is of the step after'],
    prepare: (kind) => authenticatorInput((secret, now) => codeOf(secret, kind === 0 ? now - 1 : now + 1)),
    run: checkTimeStepCode,
    runs: 4,
    samples: 20_000,
  }),
  subject({
    name: 'mail and text codes: the digest of a wrong code',
    classes: FIRST_OR_LAST,
    prepare(kind) {
      const code = String(randomInt(1e6)).padStart(6, '0')
      return { code, stored: withOneWrong(hasher.code.digest(code), kind, SIGNATURE_CHARACTERS) as Digest }
    },
    run: ({ code, stored }) => hasher.code.matches(code, stored),
    runs: 10,
    samples: 20_000,
  }),
  subject({
    name: 'flow tokens: a wrong tag',
    classes: FIRST_OR_LAST,
    prepare(kind) {
      const random = new Uint8Array(randomBytes(FLOW_RANDOM_BYTES))
      const { token } = flowTokens.mint({ kind: 'login', userId, random })
      const tagAt = token.lastIndexOf('.') + 1
      return token.slice(0, tagAt) + withOneWrong(token.slice(tagAt), kind, SIGNATURE_CHARACTERS)
    },
    run(token) {
      try {
        flowTokens.parse(token)
      } catch {
        return false
      }
      throw new Error('a wrong tag was taken')
    },
    runs: 10,
    samples: 20_000,
  }),
  subject({
    name: 'device tokens: a wrong signature',
    classes: FIRST_OR_LAST,
    async prepare(kind) {
      const [deviceId, stamp] = ['device' as DeviceId, 'stamp' as Digest] // as stored; nothing reads them
      const claims = { userId, deviceId, epoch: 1, stamp, issuedAt: NOW, expiresAt: NOW + 1e9 }
      const token = await deviceTokens.sign(claims)
      const signatureAt = token.lastIndexOf('.') + 1
      return token.slice(0, signatureAt) + withOneWrong(token.slice(signatureAt), kind, SIGNATURE_CHARACTERS)
    },
    run: (token) => deviceTokens.verify(token, { userId, at: NOW }),
    runs: 2,
    samples: 10_000,
  }),
  subject({
    name: 'recovery codes: a right code',
    classes: ['it is the first of ten', 'it is the last of ten'],
    prepare: (kind) => recoveryCodeInput(kind === 0 ? 0 : RECOVERY_CODE_COUNT - 1),
    run: ({ proof, position }) =>
      answer(
        { kind: 'check_proof' },
        {
          env: environment as unknown as Environment, // all that the check of a recovery code reads
          position,
          userId,
          label: 'alice',
          at: NOW,
          secrets: { proof, remember: null, code: null, provisioning: null, recoveryCodes: null },
        },
      ),
    runs: 10,
    samples: 20_000,
  }),
]
