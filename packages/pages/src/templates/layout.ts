import { html } from 'hono/html'
import type { Frame, Html, View } from '../view.ts'

/** The frame of every page: one heading, one `main`, and what went wrong before anything else. */
export function layout({ view, title, content, lang, dir, stylesheets, script }: Frame): Html {
  const { problem, product, text } = view
  const named = problem === null ? title : text('layout.errorTitle', { title })
  return html`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${named} – ${product.name}</title>
${stylesheets.map((href) => html`<link rel="stylesheet" href="${href}">`)}
<script src="${script}" defer></script>
</head>
<body>
<a class="skip" href="#main">${text('layout.skip')}</a>
<header class="top">${brand(view)}${account(view)}</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${
  problem === null
    ? ''
    : html`<div class="problem" role="alert">
<h2>${text('layout.problem')}</h2>
<ul>${problem.texts.map((line) => html`<li>${line}</li>`)}</ul>
</div>`
}
${view.notice === null ? '' : html`<p class="notice" role="status">${view.notice}</p>`}
${content}
</main>
</body>
</html>
`
}

function brand({ product: { name, logo } }: View): Html {
  const picture =
    logo === undefined
      ? ''
      : html`<img src="${logo.src}" width="${logo.width}" height="${logo.height}" alt="">`
  return html`<p class="brand">${picture}<span>${name}</span></p>`
}

function account({ paths, text, user }: View): Html {
  if (user === null) return html``
  return html`<nav class="account"><span>${text('layout.signedIn', { user })}</span>
<a href="${paths.logout}">${text('layout.logout')}</a></nav>`
}
