import { ConfigError, type EpochMs } from '@sallyport/core'
import { defaultPageCatalog, type PageCatalog, type PageMessageKey } from './catalog.ts'

/** The values of a text, by the name that stands in braces in it. */
export type Values = Readonly<Record<string, string | number>>

const placeholdersOf = (template: string): readonly string[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

/**
 * Puts a host's own texts over the English ones.
 *
 * @throws {ConfigError} For a key that is none, a text that is no string, or one that names a value it does not get.
 */
export function parsePageCatalog(overrides: Partial<PageCatalog> = {}): PageCatalog {
  const faults = Object.entries(overrides).flatMap(([key, template]) => {
    const field = `messages.${key}`
    if (!Object.hasOwn(defaultPageCatalog, key)) return [{ field, message: 'is not the key of a message' }]
    if (typeof template !== 'string') return [{ field, message: 'must be a string' }]
    const known = placeholdersOf(defaultPageCatalog[key as PageMessageKey]) // it has just been found there
    return placeholdersOf(template)
      .filter((name) => !known.includes(name))
      .map((name) => ({ field, message: `has no value for {${name}}` }))
  })
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze({ ...defaultPageCatalog, ...overrides })
}

/** Fills a text in. Values are put in as they are: the template library escapes the whole. */
export function fill(template: string, values: Values): string {
  return template.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder))
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** A span of time in the page's language, in its largest whole unit: "45 seconds", "2 minutes", "7 days". */
export function formatDuration(lang: string, seconds: number): string {
  const [unit, size] = STEPS.find(([, length]) => seconds >= length) ?? ['second', 1]
  const count = Math.ceil(seconds / size)
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** A day in the page's language. The user's time zone is not known here. */
export function formatDay(lang: string, at: EpochMs): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeZone: 'UTC' }).format(at)
}
