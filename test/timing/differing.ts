import { randomBytes } from 'node:crypto'

/** Where a wrong guess differs from the secret: what an early exit would tell, character by character. */
export const FIRST_OR_LAST = ['the first character is wrong', 'the last character is wrong'] as const

/** A fresh secret, and a guess that differs from it in one place. */
export interface Guess<Value> {
  readonly secret: Value
  readonly guess: Value
}

export function guessedBytes(kind: 0 | 1, length: number): Guess<Uint8Array> {
  const secret = new Uint8Array(randomBytes(length))
  const guess = secret.slice()
  const place = kind === 0 ? 0 : length - 1
  guess[place] = (guess[place] ?? 0) ^ 1
  return { secret, guess }
}

/** The text with another character in its first or last place, in memory of its own. */
export function withOneWrong(text: string, kind: 0 | 1, [one, other]: readonly [string, string]): string {
  const place = kind === 0 ? 0 : text.length - 1
  const wrong = text[place] === one ? other : one
  return Buffer.from(text.slice(0, place) + wrong + text.slice(place + 1), 'latin1').toString('latin1')
}

export function guessedText(kind: 0 | 1, length: number): Guess<string> {
  const secret = randomBytes(length).toString('hex').slice(0, length)
  return { secret, guess: withOneWrong(secret, kind, ['0', '1']) }
}
