import { defaultCatalog } from '@sallyport/core'
import { MARKUP, type Page, readPage } from './http-pages.ts'

/** The only failure of the server itself that a client may see: nobody can make a mail arrive. */
const UNDELIVERED = 'delivery_failed'

/** What an answer says, in whichever form it came. */
export type Answer =
  | { readonly as: 'json'; readonly response: Readonly<Record<string, unknown>> }
  | { readonly as: 'page'; readonly page: Page }
  /** A redirect, a file, the description of the endpoints, or an answer to HEAD. */
  | { readonly as: 'other' }

/**
 * Reads an answer, whole as it is.
 *
 * @throws {Error} For one that is no answer of ours: a 500, no envelope, a page without its policy or with a
 *   client's markup in it.
 */
export function readAnswer(request: Request, { status, headers }: Response, text: string): Answer {
  const type = headers.get('content-type') ?? ''
  if (request.method === 'HEAD' || new URL(request.url).pathname.startsWith('/openapi')) {
    if (status >= 500) throw new Error('the server fails')
    return { as: 'other' }
  }
  if (type.startsWith('text/html')) return { as: 'page', page: readOurPage(status, headers, text) }
  if (type.startsWith('application/json')) return { as: 'json', response: readEnvelope(status, text) }
  const isFile = status === 200 && text !== '' && headers.has('content-disposition')
  if (isFile || (status === 303 && text === '')) return { as: 'other' }
  throw new Error('neither JSON, nor a page, nor a file, nor a redirect')
}

function readEnvelope(status: number, text: string): Readonly<Record<string, unknown>> {
  const { meta, response } = JSON.parse(text) as {
    readonly meta?: { readonly code?: number }
    readonly response?: Readonly<Record<string, unknown>>
  } // an envelope, or this fails
  if (meta?.code !== status || response === undefined) throw new Error('no envelope')
  if (status >= 500 && response['reason'] !== UNDELIVERED) throw new Error('the server fails')
  return response
}

function readOurPage(status: number, headers: Headers, text: string): Page {
  const policy = headers.get('content-security-policy') ?? ''
  if (!policy.startsWith("default-src 'none'")) throw new Error('a page without its policy')
  if (text.includes(MARKUP.slice(2))) throw new Error('a page with a client’s markup')
  if (status >= 500 && !text.includes(defaultCatalog[`reason.${UNDELIVERED}`]))
    throw new Error('the server fails')
  const page = readPage(text)
  if (page.heading === '') throw new Error('a page without a heading')
  if (page.forms.some(({ given }) => !('csrf_token' in given))) throw new Error('a form without a token')
  return page
}
