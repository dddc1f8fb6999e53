import type { FindUser, Sessions, TwoFactorHttp } from '@sallyport/http'
import { html, type TwoFactorPages } from '@sallyport/pages'

interface HomePorts {
  readonly http: TwoFactorHttp
  readonly pages: TwoFactorPages
  readonly sessions: Sessions
  readonly findUser: FindUser
}

type Fetch = (request: Request) => Promise<Response>

/** Puts the application's own page, at `/`, before the login's: it is for whom is logged in. */
export function withHome({ http, pages, sessions, findUser }: HomePorts): Fetch {
  const { site } = http
  return async (request) => {
    if (new URL(request.url).pathname !== '/') return http.fetch(request)
    const session = await sessions.read(request)
    const user = session === null ? null : await findUser(session.userId)
    const headers = { location: `${site.paths.login}?next=%2F` }
    if (session === null || user === null || user === undefined) {
      return new Response(null, { status: 303, headers })
    }
    const how =
      session.secondFactorAt === null
        ? 'No second factor was asked for: none is set up, or this browser is remembered.'
        : 'You have proven a second factor.'
    const content = html`<p>You are logged in as <strong>${user.label}</strong>. ${how}</p>
<p class="actions">
<a class="button primary" href="${site.paths.setup}">Two-step login</a>
<a class="button secondary" href="${site.paths.logout}">Log out</a>
</p>`
    return pages.render({ site, title: 'Welcome', content, user: user.label })
  }
}
