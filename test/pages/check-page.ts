import { AssertionError } from 'node:assert'
import type { Document } from 'happy-dom'

/** The names of everything that was wrong with a page; the test fails with them. */
export function checkPage(document: Document, headers: Headers, at: string): void {
  const faults = [...ofStructure(document), ...ofForms(document), ...ofPolicy(document, headers)]
  if (faults.length > 0) throw new AssertionError({ message: `${at}: ${faults.join('; ')}` })
}

function ofStructure(document: Document): readonly string[] {
  const html = document.documentElement
  const title = document.querySelector('title')?.textContent ?? ''
  const heading = document.querySelector('h1')?.textContent ?? ''
  const hasAlert = document.querySelector('[role=alert]') !== null
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  return [
    ...(html.getAttribute('lang') ? [] : ['no lang']),
    ...['main', 'header', 'h1']
      .filter((name) => document.querySelectorAll(name).length !== 1)
      .map((name) => `not one ${name}`),
    ...(title.includes(heading) ? [] : [`the title "${title}" does not name the heading`]),
    ...(title.startsWith('Error: ') === hasAlert
      ? []
      : ['the title does not say whether there is a problem']),
    ...(new Set(ids).size === ids.length ? [] : ['an id twice']),
    ...(document.querySelectorAll('[autofocus]').length <= 1 ? [] : ['two fields want the focus']),
    ...(/undefined|null|\[object|\{\w+\}/.test(document.body.textContent ?? '')
      ? ['something is not filled in']
      : []),
  ]
}

function ofForms(document: Document): readonly string[] {
  const inputs = [...document.querySelectorAll('input:not([type=hidden])')]
  const labels = [...document.querySelectorAll('label')].map((label) => label.getAttribute('for'))
  const described = [...document.querySelectorAll('[aria-describedby]')].flatMap((element) =>
    (element.getAttribute('aria-describedby') ?? '').split(' '),
  )
  const posts = [...document.querySelectorAll('form[method=post]')]
  return [
    ...inputs
      .filter(({ id }) => labels.filter((label) => label === id).length !== 1)
      .map(({ id }) => `no label for ${id}`),
    ...described
      .filter((id) => document.getElementById(id) === null)
      .map((id) => `nothing described by ${id}`),
    ...inputs
      .filter(
        (input) => input.getAttribute('aria-invalid') === 'true' && !input.hasAttribute('aria-describedby'),
      )
      .map(({ id }) => `${id} is invalid and does not say why`),
    ...posts
      .filter((form) => form.querySelector('[name=csrf_token]') === null)
      .map(() => 'a form without a token'),
    ...posts.flatMap((form) => (form.querySelectorAll('form').length > 0 ? ['a form in a form'] : [])),
  ]
}

/** Nothing that a strict Content Security Policy would have to let through, and nothing from elsewhere. */
function ofPolicy(document: Document, headers: Headers): readonly string[] {
  const elements = [...document.querySelectorAll('*')]
  const inline = elements.filter(
    (element) =>
      element.tagName === 'STYLE' ||
      (element.tagName === 'SCRIPT' && (!element.hasAttribute('src') || element.textContent !== '')) ||
      [...element.attributes].some(({ name }) => name === 'style' || name.startsWith('on')),
  )
  const addresses = elements.flatMap((element) =>
    ['href', 'src', 'action'].flatMap((name) => element.getAttribute(name) ?? []),
  )
  const policy = headers.get('content-security-policy') ?? ''
  return [
    ...inline.map((element) => `inline: ${element.tagName}`),
    ...addresses
      .filter((address) => !/^(#|\/(?!\/))/.test(address))
      .map((address) => `leads away: ${address}`),
    ...(policy.startsWith("default-src 'none'") && !policy.includes('unsafe') ? [] : ['no strict policy']),
    ...(headers.get('cache-control') === 'no-store' ? [] : ['may be stored']),
  ]
}
