import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { violationsOf } from './accessibility.ts'

/** A person with a browser: what a page looks like is looked at on the way. */
export interface Visitor {
  readonly page: Page
  /** Goes to a path by its address. */
  open(path: string): Promise<void>
  /** Waits for the page with this heading; looks at it closely where it is new. */
  sees(heading: string): Promise<void>
  fill(label: string, text: string): Promise<void>
  press(button: string): Promise<void>
  follow(link: string): Promise<void>
  close(): Promise<void>
}

interface VisitorOptions {
  readonly url: string
  readonly javaScriptEnabled: boolean
  /** A folder that a picture of each page goes to. */
  readonly pictures?: string | undefined
}

/** The narrowest phone that WCAG 2.2 asks for (1.4.10 Reflow). */
const NARROW = { width: 320, height: 640 }
const USUAL = { width: 900, height: 760 }

/** Sends a new visitor to a site, with cookies of their own. */
export async function newVisitor(
  browser: Browser,
  { url, javaScriptEnabled, pictures }: VisitorOptions,
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    javaScriptEnabled,
    viewport: USUAL,
    locale: 'en',
    reducedMotion: 'reduce', // colors are looked at when they have settled
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  const seen = new Set<string>()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // A page that says what went wrong has a status that says so too; an icon is the host's affair.
    const { url: from } = message.location()
    const isStatus = message.text().startsWith('Failed to load resource')
    const isExpected = isStatus && (from === page.url() || from.endsWith('/favicon.ico'))
    if (message.type() === 'error' && !isExpected) complaints.push(message.text())
  })
  return {
    page,
    async open(path) {
      await page.goto(path)
    },
    async sees(heading) {
      const found = page.getByRole('heading', { level: 1, name: heading, exact: true })
      await found.waitFor().catch(async () => {
        throw new Error(
          `not at “${heading}” but at ${page.url()}: ${await page.locator('main').textContent()}`,
        )
      })
      expect(complaints, heading).toEqual([])
      const title = await page.title() // says also whether something went wrong
      if (seen.has(title)) return
      seen.add(title)
      if (javaScriptEnabled) await lookAt(page, title)
      else expect(await violationsOf(await asSeen(browser, page)), title).toEqual([])
      if (pictures !== undefined) {
        const name = title.toLowerCase().replaceAll(/[^a-z]+/g, '-')
        await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
      }
    },
    fill: (label, text) => page.getByLabel(label, { exact: true }).fill(text),
    press: (button) => page.getByRole('button', { name: button, exact: true }).click(),
    follow: (link) => page.getByRole('link', { name: link, exact: true }).click(),
    close: () => context.close(),
  }
}

/**
 * What a page shows that runs no scripts, in one that does: axe-core is a script. The scripts of the page itself
 * stay away.
 */
async function asSeen(browser: Browser, page: Page): Promise<Page> {
  const context = await browser.newContext({ viewport: USUAL, reducedMotion: 'reduce' })
  const twin = await context.newPage()
  const body = await page.content()
  await twin.route('**/*', (route) =>
    route.request().resourceType() === 'script' ? route.abort() : route.continue(),
  )
  await twin.route(page.url(), (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }))
  await twin.goto(page.url())
  return twin
}

/** Whether anyone can use a page: in both color schemes, and on the narrowest phone. */
async function lookAt(page: Page, title: string): Promise<void> {
  expect(await violationsOf(page), `${title}, light`).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violationsOf(page), `${title}, dark`).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(NARROW)
  const width = await page.evaluate('document.documentElement.scrollWidth')
  expect(width, `${title}, narrow`).toBeLessThanOrEqual(NARROW.width)
  await page.setViewportSize(USUAL)
}
