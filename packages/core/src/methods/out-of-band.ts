import { ConfigError, type ConfigFault, SnapshotError } from '../errors.ts'
import type { ChallengeId } from '../ids.ts'
import { CODE_DIGITS, EMAIL_CODE_SECONDS, MAX_CODE_SECONDS, SMS_CODE_SECONDS } from '../policy/defaults.ts'
import type { Method } from './method.ts'
import { type CodeDigits, normalizeCode } from './one-time-code.ts'

/** Options of both methods that send a code. */
export interface OutOfBandOptions {
  /** The code's length. Default {@link CODE_DIGITS}. */
  readonly digits?: CodeDigits
  /** How long a code is valid, 1 to {@link MAX_CODE_SECONDS}. Defaults: email 300, sms 120. */
  readonly challengeSeconds?: number
}

/** Options of the method that sends text messages. */
export interface SmsOptions extends OutOfBandOptions {
  /** Gives a number in E.164, or `undefined` for what is none (ASVS 5.0 6.6.1). */
  readonly parseAddress: (text: string) => string | undefined
}

const WORD_BYTES = 4
const WORDS = 2 ** 32

/**
 * Draws a code of decimal digits, each equally likely (CWE-330): reads 32-bit words and takes the first below
 * the greatest multiple of 10^digits, modulo 10^digits. Words above it would favor the low codes.
 *
 * @param random - Fresh bytes from the CSPRNG, a word for each try; 64 hold 16 tries.
 * @throws {Error} When no word could be taken. With 64 random bytes the odds are below 5·10^-59 for six digits
 *   and 4·10^-27 for eight: what has failed then is the source of random bytes.
 */
export function drawDigits(random: Uint8Array, digits: CodeDigits): string {
  const codes = 10 ** digits
  const limit = WORDS - (WORDS % codes)
  const view = new DataView(random.buffer, random.byteOffset, random.byteLength)
  for (let offset = 0; offset + WORD_BYTES <= random.length; offset += WORD_BYTES) {
    const word = view.getUint32(offset)
    if (word < limit) return String(word % codes).padStart(digits, '0')
  }
  throw new Error('no code could be drawn: the random bytes are too few or not random')
}

const MASK = '***' // of one length, so that it does not tell that of what it hides

/** Masks a mail address: `a***@example.com`. A local part of one character is hidden whole. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@')
  if (at < 0) return MASK
  const [first = '', ...others] = address.slice(0, at)
  return `${others.length > 0 ? first : ''}${MASK}${address.slice(at)}`
}

const SHOWN_PHONE_DIGITS = 2 // our choice: the owner knows the number by them; a hundredth of all share them
const MIN_MASKED_DIGITS = 4

/** Masks a phone number: `***67`. What is too short to hide anything is hidden whole. */
export function maskPhone(address: string): string {
  const digits = address.replace(/[^0-9]/g, '')
  return digits.length < SHOWN_PHONE_DIGITS + MIN_MASKED_DIGITS
    ? MASK
    : MASK + digits.slice(-SHOWN_PHONE_DIGITS)
}

function optionFaults(kind: string, digits: CodeDigits, challengeSeconds: number): readonly ConfigFault[] {
  const faults: ConfigFault[] = []
  if (![6, 7, 8].includes(digits)) faults.push({ field: `${kind}.digits`, message: 'must be 6, 7 or 8' })
  if (!Number.isInteger(challengeSeconds) || challengeSeconds < 1 || challengeSeconds > MAX_CODE_SECONDS) {
    const message = `must be a whole number from 1 to ${MAX_CODE_SECONDS} (NIST SP 800-63B-4 §3.1.3.2)`
    faults.push({ field: `${kind}.challengeSeconds`, message })
  }
  return faults
}

/** What a code's digest covers: the code is right for its own challenge only (ASVS 5.0 6.6.2). */
const boundCode = (challengeId: ChallengeId, code: string): string => `${challengeId}:${code}`

/** The parts that are the same for every channel. */
function codeParts(
  kind: string,
  digits: CodeDigits,
  challengeSeconds: number,
): Required<Pick<Method, 'challengeSeconds' | 'begin' | 'issue' | 'check'>> {
  const faults = optionFaults(kind, digits, challengeSeconds)
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    challengeSeconds,
    begin: () => ({ methodData: null }),
    issue({ random, challengeId, mac }) {
      const code = drawDigits(random, digits)
      return { code, digest: mac.digest(boundCode(challengeId, code)) }
    },
    check({ proof, challengeId, digest, mac }) {
      if (digest === undefined) {
        throw new SnapshotError('snapshot_invalid', 'challenge: a code was asked for and none was drawn')
      }
      const code = normalizeCode(proof, digits)
      if (code === undefined) return { kind: 'malformed' }
      return mac.matches(boundCode(challengeId, code), digest)
        ? { kind: 'accepted', methodData: null }
        : { kind: 'rejected', cause: 'code_mismatch' }
    },
  }
}

/**
 * The email method: a one-time code to the address that the host names at each step. NIST SP 800-63B-4
 * §3.1.3.1 does not accept mail as a second factor; offer an authenticator beside it. Its AMR value is `otp`,
 * as RFC 8176 has none for mail.
 *
 * @throws {ConfigError} When an option is out of its range.
 */
export function emailMethod(options: OutOfBandOptions = {}): Method {
  const { digits = CODE_DIGITS, challengeSeconds = EMAIL_CODE_SECONDS } = options
  return {
    kind: 'email',
    amr: ['otp'],
    channel: 'email',
    addressed: 'user_email',
    maskAddress: maskEmail,
    ...codeParts('email', digits, challengeSeconds),
  }
}

/**
 * The sms method: a one-time code to a number that the user gives when enrolling. NIST SP 800-63B-4 §3.1.3.3
 * restricts it; offer an authenticator beside it. Its AMR value is `sms` alone (RFC 8176 §2): with `otp` too
 * it would satisfy whoever asks for `otp` because the telephone network is not trusted.
 *
 * @throws {ConfigError} When an option is out of its range.
 */
export function smsMethod(options: SmsOptions): Method {
  const { digits = CODE_DIGITS, challengeSeconds = SMS_CODE_SECONDS, parseAddress } = options
  return {
    kind: 'sms',
    amr: ['sms'],
    channel: 'sms',
    addressed: 'given',
    parseAddress,
    maskAddress: maskPhone,
    ...codeParts('sms', digits, challengeSeconds),
  }
}
