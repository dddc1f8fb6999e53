import { simulatedAuthenticator } from '@sallyport/testkit'
import { type Client, situationAfter, situationOn } from './http-client.ts'
import type { Page } from './http-pages.ts'
import type { Answer } from './read-answer.ts'
import type { Secrets } from './secrets.ts'

interface Answered {
  readonly pathname: string
  readonly reply: Response
  readonly answer: Answer
}

/** Takes from an answer what its client goes on with, and holds every secret in it to its rule. */
export function learn(client: Client, { pathname, reply, answer }: Answered, secrets: Secrets): void {
  for (const cookie of reply.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (/max-age=0(;|$)/i.test(cookie)) client.cookies.delete(name)
    else client.cookies.set(name, value)
    secrets.lend(value)
  }
  if (answer.as === 'page') learnFromPage(client, answer.page, secrets)
  if (answer.as === 'json') {
    learnFromJson(client, answer.response, secrets)
    client.situation = situationAfter(client.situation, pathname, reply.status, answer.response)
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function learnFromJson(client: Client, response: Readonly<Record<string, unknown>>, secrets: Secrets): void {
  client.csrf = textOf(response['csrf_token']) || client.csrf
  client.method = textOf(response['tf_method']) || client.method
  const setupToken = textOf(response['tf_state_token'])
  if (setupToken !== '') client.setupToken = setupToken
  const { authentication_token: bearer } = (response['user'] ?? {}) as Record<string, unknown> // an envelope's
  secrets.lend(setupToken, textOf(response['tf_flow_token']), textOf(bearer))
  secrets.hide(textOf(response['tf_authr_b32key']), textOf(response['tf_authr_key']))
  const uri = textOf(response['tf_authr_uri'])
  if (uri !== '') client.apps.unshift(simulatedAuthenticator(uri))
  if (Array.isArray(response['recovery_codes']))
    learnCodes(client, response['recovery_codes'].map(textOf), secrets)
  const ids = (list: unknown): string[] =>
    Array.isArray(list) ? list.map((one: { readonly id?: unknown }) => textOf(one.id)) : []
  if ('devices' in response) client.devices = ids(response['devices'])
  if ('tf_enrollments' in response) client.enrollments = ids(response['tf_enrollments'])
}

function learnFromPage(client: Client, page: Page, secrets: Secrets): void {
  client.page = page
  client.situation = situationOn(page, client.situation)
  if (page.asksFor !== null) client.method = page.asksFor === 'app' ? 'authenticator' : 'message'
  for (const { action, given } of page.forms) {
    client.csrf = given['csrf_token'] ?? client.csrf
    const [, setupToken] = /^\/tf-setup\/(.+)/.exec(action) ?? []
    if (setupToken === undefined) continue
    client.setupToken = setupToken
    secrets.lend(setupToken)
  }
  if (page.appKey !== null) {
    secrets.hide(page.appKey, page.appKey.replaceAll(/(.{4})(?=.)/g, '$1 '))
    client.apps.unshift(
      simulatedAuthenticator(`otpauth://totp/Acme:${client.id}?secret=${page.appKey}&issuer=Acme`),
    )
  }
  if (page.recoveryCodes.length > 0) learnCodes(client, page.recoveryCodes, secrets)
}

function learnCodes(client: Client, codes: readonly string[], secrets: Secrets): void {
  client.recoveryCodes.splice(0, Number.POSITIVE_INFINITY, ...codes)
  secrets.hide(...codes, ...codes.map((code) => code.replaceAll('-', '')))
}

/** What a run of the fuzzer counts of an answer. */
export function tallied(pathname: string, status: number, answer: Answer): readonly string[] {
  const where = `at ${/^\/[\w-]*/.exec(pathname)?.[0] ?? pathname} ${Math.floor(status / 100)}xx`
  switch (answer.as) {
    case 'json':
      return [`${status}`, where, `${status} ${textOf(answer.response['reason']) || 'taken'}`]
    case 'page':
      return [`${status}`, where, `page ${answer.page.heading}`]
    case 'other':
      return [`${status}`, where]
  }
}
