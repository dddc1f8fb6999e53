/** What only its owner may hold: nothing of it may be found in a row or in what a server prints (L6). */
export interface Planted {
  /** Looks for what is planted in a text about a user; null: a text about nobody in particular. */
  find(text: string, user: string | null): readonly string[]
}

/** A word that is shorter could be anything. */
const MIN_SECRET_LENGTH = 16
const WORD = /[\w-]{16,}/g
const LONE_CODE = /(?<![\w.+-])\d{6}(?![\w.-])/g

/**
 * @param secrets - Tokens, cookies, keys of apps and recovery codes.
 * @param codes - The codes that were sent, by user.
 */
export function plant(secrets: Iterable<string>, codes: ReadonlyMap<string, ReadonlySet<string>>): Planted {
  const words = new Set([...secrets].flatMap(partsOf))
  return {
    find(text, user) {
      const found = (text.match(WORD) ?? []).filter((word) => words.has(word))
      const sets = user === null ? [...codes.values()] : [codes.get(user) ?? new Set<string>()]
      const lone = (text.match(LONE_CODE) ?? []).filter((code) => sets.some((set) => set.has(code)))
      return [
        ...found.map((word) => `L6: a secret of ${word.length} characters is found`),
        ...lone.map(() => 'L6: a code that was sent is found'),
      ]
    },
  }
}

/** The parts of a secret that are secret: of a token the last ones, since its first says how it is sealed or kept. */
function partsOf(secret: string): readonly string[] {
  const parts = secret.split('.')
  const telling = parts.length > 1 ? parts.slice(1) : parts
  return telling
    .flatMap((part) => [part, part.replaceAll('-', '')])
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
}
