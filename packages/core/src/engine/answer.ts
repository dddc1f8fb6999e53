import { equalBytes } from '../crypto/constant-time.ts'
import { encodeBase64url, utf8 } from '../crypto/encoding.ts'
import type { Ask } from '../flow/effects.ts'
import type { EngineEvent } from '../flow/events.ts'
import { methodKindOf } from '../flow/options.ts'
import type { Position } from '../flow/step.ts'
import type { ChallengeId, DeviceId, Digest, EnrollmentId, EpochMs, Sealed, UserId } from '../ids.ts'
import type { Method, Provisioning, Verdict } from '../methods/method.ts'
import {
  drawRecoveryCodes,
  normalizeRecoveryCode,
  RECOVERY_CODE_BYTES,
  RECOVERY_CODE_COUNT,
} from '../methods/recovery-code.ts'
import type { Profile } from '../profile/profile.ts'
import type { Environment } from './config.ts'

/** Bytes that make an id: 128 bits (ASVS 5.0 11.5.1). */
const ID_BYTES = 16
/** What a method may draw on for a secret or a code; see `BeginInput` and `IssueInput`. */
const METHOD_BYTES = 64

/** What came with the client's event and what was drawn to answer it: never stored, revealed only after the commit. */
export interface Secrets {
  /** The proof that the client submitted. */
  readonly proof: string | null
  /** Whether the client asked with the proof to be remembered. */
  readonly remember: boolean | null
  /** The code of the challenge that this step has opened. */
  code: string | null
  /** What the user needs to set up the method that this step has begun. */
  provisioning: Provisioning | null
  /** The recovery codes that this step has drawn. */
  recoveryCodes: readonly string[] | null
}

/** Draws a fresh id. */
export function drawId<Id extends string>(env: Pick<Environment, 'random'>): Id {
  return encodeBase64url(env.random.bytes(ID_BYTES)) as Id // 128 random bits are what the brands stand for
}

/** What a step is about. */
interface Subject {
  readonly userId: UserId
  readonly label: string
  readonly at: EpochMs
}

/** What an answer is given from. */
interface Asked extends Subject {
  readonly env: Environment
  readonly position: Position
  readonly secrets: Secrets
}

type AskOf<Kind extends Ask['kind']> = Extract<Ask, { readonly kind: Kind }>

/** One answer for each thing that the machine can ask for. */
const answers: { readonly [Kind in Ask['kind']]: (ask: AskOf<Kind>, asked: Asked) => Promise<EngineEvent> } =
  {
    async prepare_enrollment({ request }, { env, userId, label, at, secrets }) {
      const { issuer } = env.policy
      const begun = registered(env, request.method).begin({
        random: env.random.bytes(METHOD_BYTES),
        issuer,
        label,
      })
      const id = drawId<EnrollmentId>(env)
      secrets.provisioning = begun.provisioning ?? null
      const secret = begun.secret === undefined ? null : await sealSecret(env, userId, id, begun.secret)
      return {
        type: 'enrollment_prepared',
        at,
        pending: { id, ...request, secret, methodData: begun.methodData },
      }
    },

    async open_challenge({ target }, { env, position, at, secrets }) {
      const challengeId = drawId<ChallengeId>(env)
      const method = env.methods.get(methodKindOf(position, target))?.method // none for a recovery code
      const random = env.random.bytes(METHOD_BYTES)
      const issued = method?.issue?.({ random, challengeId, mac: env.hasher.code })
      secrets.code = issued?.code ?? null
      const { digest = null, hint = null } = issued ?? {}
      return { type: 'challenge_opened', at, challenge: challengeId, digest, hint }
    },

    async check_proof(_ask, asked) {
      const { at, secrets, env } = asked
      const checked = await checkProof(asked)
      switch (checked.kind) {
        case 'accepted': {
          const { methodData, recoveryCode } = checked
          const device = drawId<DeviceId>(env)
          return { type: 'proof_accepted', at, methodData, recoveryCode, remember: secrets.remember, device }
        }
        case 'rejected':
          return { type: 'proof_rejected', at, cause: checked.cause }
        case 'malformed':
          return { type: 'proof_malformed', at }
      }
    },

    async draw_recovery_codes(_ask, { env, userId, at, secrets }) {
      const { codes, digests, sealed } = await drawRecoveryCodeSet(env, userId)
      secrets.recoveryCodes = codes
      return { type: 'recovery_codes_drawn', at, digests, sealed }
    },
  }

/** Answers what the machine asks for before its step can be committed. */
export function answer(ask: Ask, asked: Asked): Promise<EngineEvent> {
  const answerOne = answers[ask.kind] as (ask: Ask, asked: Asked) => Promise<EngineEvent> // its own kind picks it
  return answerOne(ask, asked)
}

/** Seals an enrollment's secret for its user and enrollment alone. */
export function sealSecret(
  env: Pick<Environment, 'sealer'>,
  userId: UserId,
  enrollment: EnrollmentId,
  secret: Uint8Array,
): Promise<Sealed> {
  return env.sealer.seal(secret, { userId, subject: enrollment })
}

/** What sealed recovery codes are bound to, beside their user. */
export const RECOVERY_CODES_SUBJECT: string = 'recovery_codes'

/** Draws a new set of recovery codes. */
export async function drawRecoveryCodeSet(
  env: Environment,
  userId: UserId,
): Promise<{
  readonly codes: readonly string[]
  readonly digests: readonly Digest[]
  readonly sealed: Sealed | null
}> {
  const codes = drawRecoveryCodes(env.random.bytes(RECOVERY_CODE_COUNT * RECOVERY_CODE_BYTES))
  const digests = codes.map((code) => env.hasher.recoveryCode(userId, normalizeRecoveryCode(code) ?? code))
  const sealed = env.policy.rescue.dangerouslyShowAgain
    ? await env.sealer.seal(utf8(JSON.stringify(codes)), { userId, subject: RECOVERY_CODES_SUBJECT })
    : null
  return { codes, digests, sealed }
}

/** All codes of the set, used ones included, where the policy keeps them to be shown again; else null. */
export async function openRecoveryCodes(
  env: Environment,
  userId: UserId,
  { recoveryCodes }: Profile,
): Promise<readonly string[] | null> {
  const { recoveryCodes: isOn, dangerouslyShowAgain } = env.policy.rescue
  if (!isOn || !dangerouslyShowAgain || recoveryCodes === null || recoveryCodes.sealed === null) return null
  const opened = await env.sealer.open(recoveryCodes.sealed, { userId, subject: RECOVERY_CODES_SUBJECT })
  return JSON.parse(new TextDecoder().decode(opened)) as readonly string[] // sealed by drawRecoveryCodeSet alone
}

/** The verdict on a proof, and for a recovery code the digest that it strikes out. */
type Checked =
  | (Extract<Verdict, { readonly kind: 'accepted' }> & { readonly recoveryCode: Digest | null })
  | Exclude<Verdict, { readonly kind: 'accepted' }>

async function checkProof({ env, position, userId, at, secrets: { proof } }: Asked): Promise<Checked> {
  const { profile, flow } = position
  if (flow.stage.phase !== 'proving' || proof === null) throw new Error('there is no proof to check')
  const { id: challengeId, target, digest, hint } = flow.stage.challenge
  if (target.of === 'recovery_code') return checkRecoveryCode(env, profile, userId, proof)
  const enrolled =
    target.of === 'pending'
      ? target.pending
      : profile.enrollments.find(({ id }) => target.of === 'enrollment' && id === target.enrollment)
  const { secret: sealed = null, methodData = null } = enrolled ?? {}
  const secret =
    enrolled === undefined || sealed === null
      ? undefined
      : await env.sealer.open(sealed, { userId, subject: enrolled.id })
  const verdict = registered(env, methodKindOf(position, target)).check({
    proof,
    at,
    challengeId,
    hint,
    methodData,
    mac: env.hasher.code,
    ...(digest === null ? {} : { digest }),
    ...(secret === undefined ? {} : { secret }),
  })
  return verdict.kind === 'accepted' ? { ...verdict, recoveryCode: null } : verdict
}

/** Compares with every code that is left, each in constant time. */
function checkRecoveryCode(env: Environment, profile: Profile, userId: UserId, proof: string): Checked {
  const code = normalizeRecoveryCode(proof)
  if (code === undefined) return { kind: 'malformed' }
  const digest = env.hasher.recoveryCode(userId, code)
  const submitted = utf8(digest)
  const unused = profile.recoveryCodes?.unused ?? []
  const [recoveryCode] = unused.filter((one) => equalBytes(utf8(one), submitted))
  if (recoveryCode === undefined) return { kind: 'rejected', cause: 'code_mismatch' }
  return { kind: 'accepted', methodData: null, recoveryCode }
}

function registered(env: Environment, kind: string): Method {
  const entry = env.methods.get(kind)
  if (entry === undefined)
    throw new Error(`the machine asked for the method ${kind}, which is not registered`)
  return entry.method
}
