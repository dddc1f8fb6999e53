import type { PagesOptions } from '@sallyport/pages'
import { createPages } from '@sallyport/pages'
import { type Deployment, type DeploymentOptions, deploy, ORIGIN, PASSWORD } from '../http/deployment.ts'
import { openPageBrowser, type PageBrowser } from './page-browser.ts'

export interface PagesDeployment extends Deployment {
  newPageBrowser(): PageBrowser
  /** A browser that has sent the password of a user, and is at what comes next. */
  atSecondStep(id: string, path?: string): Promise<PageBrowser>
  /** A browser logged in by an authenticator that is enrolled for it, and the codes of it. */
  loggedInPages(
    id: string,
    path?: string,
  ): Promise<{ readonly browser: PageBrowser; readonly code: () => string }>
}

/** A server with its pages, held in the hand of a test. */
export function deployPages(
  options: DeploymentOptions & { readonly pages?: PagesOptions } = {},
): PagesDeployment {
  const { pages, http, ...others } = options
  const deployment = deploy({ ...others, http: { pages: createPages(pages), ...http } })
  const { clock, given, user } = deployment
  const newPageBrowser = () => openPageBrowser(deployment.http.fetch, ORIGIN)
  const atSecondStep: PagesDeployment['atSecondStep'] = async (id, path = '/login') => {
    const browser = newPageBrowser()
    await browser.open(path)
    await browser.press('Log in', { Email: id, Password: PASSWORD })
    return browser
  }
  return {
    ...deployment,
    newPageBrowser,
    atSecondStep,
    async loggedInPages(id, path) {
      user(id)
      const { app } = await given.authenticator(id)
      const code = (): string => {
        clock.advance({ minutes: 1 }) // a code of its own for each use
        return app.codeAt(clock.now())
      }
      const browser = await atSecondStep(id, path)
      await browser.press('Continue', { Code: code() })
      return { browser, code }
    },
  }
}
