import type { PageInput, Pages, Site } from '@sallyport/http'
import { files, scriptPath, stylesheetPath } from './assets.ts'
import { createView } from './create-view.ts'
import { type PagesOptions, parsePagesOptions, type Settings } from './options.ts'
import { parseCodes, recoveryCodesFile, recoveryCodesFilePath } from './recovery-codes-file.ts'
import { showAnswer } from './show-answer.ts'
import { showError, showFailure } from './shows/error.ts'
import { readTurn, type Shown } from './turn.ts'
import type { Html, PageName, Template, View } from './view.ts'

/** A page of the host's own, in the frame of these. */
export interface HostPage {
  /** `site` of the HTTP handler. */
  readonly site: Site
  readonly title: string
  readonly content: Html
  /** What the user is called who is logged in; null: nobody is. */
  readonly user: string | null
  /** Default 200. */
  readonly status?: number
}

/** The pages: for the option `pages` of `createTwoFactorHttp`. */
export interface TwoFactorPages extends Pages {
  /** Renders a page of your own, so that it looks like the others. */
  readonly render: (page: HostPage) => Promise<Response>
}

/**
 * Nothing but our own files, forms to ourselves, and no frame (ASVS 5.0 3.4.3, 3.4.6). There is no inline style or script to allow.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Makes the pages: forms that need no JavaScript, over the answers that clients of JSON get.
 *
 * @throws {ConfigError} With what cannot work.
 *
 * @example
 * ```ts
 * const pages = createPages({ home: '/', product: { name: 'Acme' }, stylesheet: '/acme.css' })
 * const http = createTwoFactorHttp({ twoFactor, findUser, keys, verifyPassword, dummyVerify, pages })
 * ```
 */
export function createPages(options: PagesOptions = {}): TwoFactorPages {
  const settings = parsePagesOptions(options)
  const show = async (input: PageInput): Promise<Response> =>
    toResponse(settings, input.site, await showAnswer(readTurn(input, settings)))
  return {
    show,
    files,
    forms: {
      [recoveryCodesFilePath]: async (input) => {
        const turn = readTurn(input, settings)
        const codes = parseCodes(input.fields)
        if (!turn.isGranted) return toResponse(settings, input.site, showError(turn))
        if (turn.view.user === null || codes === null) {
          return toResponse(settings, input.site, showFailure(turn, 'reason.field_invalid', 400))
        }
        return recoveryCodesFile(codes, turn.view)
      },
    },
    async render({ site, title, content, user, status = 200 }) {
      const view = createView(site, settings, { csrfToken: '', next: null, user })
      return toHtmlResponse(await frame(settings, site, view, title, content), status)
    },
  }
}

async function toResponse(settings: Settings, site: Site, shown: Shown): Promise<Response> {
  if (shown.kind === 'redirect') return new Response(null, { status: 303, headers: { location: shown.to } })
  const { name, view, status } = shown
  const template = settings.templates[name] as Template<PageName> // a view goes with the template of its name
  const content = template(view as never) // as above
  return toHtmlResponse(await frame(settings, site, view, view.text(`${name}.title`), content), status)
}

async function frame(
  { dir, lang, layout, stylesheet }: Settings,
  { prefix }: Site,
  view: View,
  title: string,
  content: Html,
): Promise<string> {
  const ours = `${prefix}${stylesheetPath}`
  const stylesheets = stylesheet === null ? [ours] : [ours, stylesheet]
  const script = `${prefix}${scriptPath}`
  return String(await layout({ view, title, content: await content, lang, dir, stylesheets, script }))
}

function toHtmlResponse(body: string, status: number): Response {
  return new Response(body, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}
