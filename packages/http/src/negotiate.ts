import { isJsonType } from './body.ts'

/** Who answers: JSON, the pages, or nobody. */
export type Wanted = 'json' | 'page' | 'nothing'

/**
 * Reads from a request what it wants to be answered with: JSON where it sends JSON or likes it best, or as
 * well as a page and there are none; else a page, where there are any.
 */
export function wantedBy(request: Request, hasPages: boolean): Wanted {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (isJsonType(type)) return 'json'
  const accept = request.headers.get('accept') ?? '*/*'
  const json = qualityOf(accept, 'application', 'json')
  const html = qualityOf(accept, 'text', 'html')
  if (json > html || (json > 0 && !hasPages && json === html)) return 'json'
  if (html > 0 && hasPages) return 'page'
  return json > 0 ? 'json' : 'nothing'
}

/** The weight of a media type (RFC 9110 §12.5.1): the most specific range that names it counts. */
function qualityOf(accept: string, type: string, subtype: string): number {
  let [best, quality] = [-1, 0]
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const specificity = [`*/*`, `${type}/*`, `${type}/${subtype}`].indexOf(range)
    if (specificity <= best) continue
    const weight = parameters.find((parameter) => /^q=/.test(parameter))?.slice(2)
    best = specificity
    quality = weight === undefined ? 1 : /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0
  }
  return quality
}
