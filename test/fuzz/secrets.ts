/** Stands where a client puts a secret: nothing that is answered or kept may hold it. */
export const PLANTED = 'pLanTed'

/** What must not be seen again, and where. */
export interface Secrets {
  /** Must be in no answer from now on and in nothing that is kept. What is told once is hidden right after. */
  hide(...secrets: readonly string[]): void
  /** Goes to its owner and comes back, as a token does, and must be in nothing that is kept. */
  lend(...secrets: readonly string[]): void
  /** The first secret that an answer holds and must not; undefined: none. */
  inAnswer(text: string): string | undefined
  /** The first secret that something kept holds. */
  inKept(text: string): string | undefined
}

/** A code stands alone: a digest or a time that happens to hold its digits does not give it away. */
const CODES = /(?<![\w+.-])\d{6}(?![\w-]|\.\d)/g
const isCode = (secret: string): boolean => /^\d{6}$/.test(secret)

export function createSecrets(): Secrets {
  // Codes are many, and looked up as they are found in a text; all other secrets are looked for.
  const codes = new Set<string>()
  const hidden = new Set<string>([PLANTED])
  const lent = new Set<string>()
  const find = (text: string, ...sets: readonly ReadonlySet<string>[]): string | undefined => {
    for (const set of sets) for (const secret of set) if (text.includes(secret)) return secret
    for (const [code] of text.matchAll(CODES)) if (codes.has(code)) return code
    return undefined
  }
  // A text of less than six characters is found everywhere, and guards nothing.
  const add = (set: Set<string>, secrets: readonly string[]): void => {
    for (const secret of secrets) if (secret.length >= 6) (isCode(secret) ? codes : set).add(secret)
  }
  return {
    hide: (...secrets) => add(hidden, secrets),
    lend: (...secrets) => add(lent, secrets),
    inAnswer: (text) => find(text, hidden),
    inKept: (text) => find(text, hidden, lent),
  }
}
