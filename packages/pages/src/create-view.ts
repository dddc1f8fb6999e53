import type { Site } from '@sallyport/http'
import type { PageMessageKey } from './catalog.ts'
import type { Settings } from './options.ts'
import { fill, formatDay, formatDuration } from './texts.ts'
import type { View } from './view.ts'

/** Makes what every page has, of a request on which nothing has happened. */
export function createView(
  { paths, policy }: Site,
  { catalog, lang, methods, product }: Settings,
  of: Pick<View, 'csrfToken' | 'next' | 'user'>,
): View {
  const text: View['text'] = (key, values = {}) => fill(catalog[key], values)
  return {
    ...of,
    paths,
    product: { name: policy.issuer, ...product },
    problem: null,
    notice: null,
    typed: {},
    text,
    nameOf(method) {
      const key = `method.${method}`
      const known = Object.hasOwn(catalog, key) ? text(key as PageMessageKey) : method // just found there
      return methods[method] ?? known
    },
    duration: (seconds) => formatDuration(lang, seconds),
    day: (at) => formatDay(lang, at),
  }
}
