import type { PageInput } from '@sallyport/http'
import type { View } from './view.ts'

/** Where the form is that gives recovery codes as a file. */
export const recoveryCodesFilePath = '/tf-pages/recovery-codes'

/** More than any policy draws. */
const MAX_CODES = 64
/** Groups of Crockford's base32, as core writes its codes. Nothing else is given back, whoever has sent it. */
const CODE = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3,7}$/

/** The codes that a page has sent; null: it is something else. */
export function parseCodes({ codes }: PageInput['fields']): readonly string[] | null {
  if (typeof codes !== 'string') return null
  const parsed = codes.split(' ')
  return parsed.length <= MAX_CODES && parsed.every((code) => CODE.test(code)) ? parsed : null
}

/**
 * Gives recovery codes as a text file. They are stored as digests, so the page that shows them sends them back for this: in a
 * body, which stands in no address, history or log.
 */
export function recoveryCodesFile(codes: readonly string[], { product, text, user }: View): Response {
  const heading = text('newRecoveryCodes.file', { user: user ?? '', product: product.name })
  return new Response([heading, '', ...codes, ''].join('\r\n'), {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="recovery-codes.txt"',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    },
  })
}
