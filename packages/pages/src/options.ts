import { ConfigError } from '@sallyport/core'
import type { PageCatalog } from './catalog.ts'
import { parseNext } from './next.ts'
import { defaultTemplates } from './templates/default-templates.ts'
import { layout } from './templates/layout.ts'
import { parsePageCatalog } from './texts.ts'
import type { Layout, Product, Templates } from './view.ts'

/** What a host may choose of the pages. */
export interface PagesOptions {
  /** Where to go after a login that was asked for by no other page: a path of your own. Default: the user's setup. */
  readonly home?: string
  /** What the pages call your service, and its picture. Default: the policy's issuer. */
  readonly product?: Partial<Product>
  /** A style sheet of your own, by its path; it comes after ours. */
  readonly stylesheet?: string
  /** Texts in place of the English ones. */
  readonly messages?: Partial<PageCatalog>
  /** What methods of your own are called, by their kind. */
  readonly methods?: Readonly<Record<string, string>>
  /** The language of the texts (BCP 47), which numbers and days are written in as well. Default `en`. */
  readonly lang?: string
  /** The direction of the language. Default `ltr`. */
  readonly dir?: 'ltr' | 'rtl'
  /** Pages of your own in place of ours. */
  readonly pages?: Partial<Templates>
  /** A frame of your own around every page. */
  readonly layout?: Layout
}

/** The options after parsing. */
export interface Settings {
  readonly home: string | null
  readonly product: Partial<Product>
  readonly stylesheet: string | null
  readonly catalog: PageCatalog
  readonly methods: Readonly<Record<string, string>>
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly templates: Templates
  readonly layout: Layout
}

/** @throws {ConfigError} With what cannot work. */
export function parsePagesOptions(options: PagesOptions): Settings {
  const { home, stylesheet, product = {}, lang = 'en', pages = {} } = options
  const faults = []
  const paths = { home, stylesheet, 'product.logo.src': product.logo?.src }
  for (const [field, path] of Object.entries(paths)) {
    if (path !== undefined && parseNext(path) === null)
      faults.push({ field, message: 'must be a path of the same origin' })
  }
  for (const name of Object.keys(pages)) {
    if (!Object.hasOwn(defaultTemplates, name))
      faults.push({ field: `pages.${name}`, message: 'is not the name of a page' })
  }
  if (!isLanguage(lang))
    faults.push({ field: 'lang', message: 'must be a language tag, such as en or pt-BR' })
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    home: home ?? null,
    product,
    stylesheet: stylesheet ?? null,
    catalog: parsePageCatalog(options.messages),
    methods: options.methods ?? {},
    lang,
    dir: options.dir ?? 'ltr',
    templates: { ...defaultTemplates, ...pages },
    layout: options.layout ?? layout,
  }
}

function isLanguage(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length === 1
  } catch {
    return false // a RangeError: no well-formed tag
  }
}
