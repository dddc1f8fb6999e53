/** Longer than any path a page leads to. */
const MAX_LENGTH = 2_048

/** What browsers drop from an address, or take for a slash (WHATWG URL §4.4), and so what turns a path into another site. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const MISLEADING = /[\u0000-\u0020\u007f\\]/

/**
 * Reads where to lead the user when all is done: a path of this origin, or nothing (CWE-601). It is what the browser
 * would make of it that counts, so the text is resolved as a browser does and must stay where it was.
 */
export function parseNext(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return null
  if (!value.startsWith('/') || value.startsWith('//') || MISLEADING.test(value)) return null
  const here = 'https://here.invalid'
  if (!URL.canParse(value, here)) return null
  const { origin, pathname, search, hash } = new URL(value, here)
  // "/.//evil.test" resolves to the path "//evil.test", which by itself names another site.
  if (origin !== here || pathname.startsWith('//')) return null
  return `${pathname}${search}${hash}`
}

/** A path with a query of what is known; it may have one already. */
export function withQuery(path: string, values: Readonly<Record<string, string | null>>): string {
  const known = Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  const query = new URLSearchParams(known).toString()
  return query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`
}
