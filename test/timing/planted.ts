import { unknownUser } from './answers.ts'
import { FIRST_OR_LAST, guessedBytes, guessedText } from './differing.ts'
import { type Subject, subject } from './measure.ts'

function equalBytesWithEarlyExit(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

function equalTextsWithEarlyExit(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a.charCodeAt(index) !== b.charCodeAt(index)) return false
  return true
}

/** Faults that the measurement must find: as long as it does, that it finds nothing elsewhere says something. */
export const planted: readonly Subject[] = [
  subject({
    name: 'planted: bytes compared with an early exit',
    classes: FIRST_OR_LAST,
    prepare: (kind) => guessedBytes(kind, 32),
    run: ({ secret, guess }) => equalBytesWithEarlyExit(secret, guess),
    runs: 200,
    samples: 40_000,
  }),
  subject({
    name: 'planted: a 6-digit code compared with an early exit',
    classes: FIRST_OR_LAST,
    prepare: (kind) => guessedText(kind, 6),
    run: ({ secret, guess }) => equalTextsWithEarlyExit(secret, guess),
    runs: 400,
    samples: 40_000,
  }),
  unknownUser('planted: no verification for an unknown user', () => undefined),
]
