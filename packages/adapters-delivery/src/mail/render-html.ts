import type { MailMessage, NoticeKind } from '@sallyport/core'
import { html } from 'hono/html'

/** What a message asks of its reader. */
type Tone = 'code' | 'request' | 'warning' | 'news'

const tones: Readonly<Record<NoticeKind | 'code' | 'help', Tone>> = {
  code: 'code',
  help: 'request',
  second_factor_failed: 'warning',
  locked: 'warning',
  factor_added: 'warning',
  factor_replaced: 'warning',
  factor_removed: 'warning',
  two_factor_disabled: 'warning',
  recovery_code_used: 'warning',
  recovery_codes_low: 'news',
  recovery_codes_generated: 'warning',
  profile_reset: 'warning',
}

/** Colors that can be told from a white and from a black page (WCAG 2.2, 1.4.11: 3:1 at least against both). */
const edges: Readonly<Record<Tone, string>> = {
  code: '#3b82f6',
  request: '#a855f7',
  warning: '#dc4a26',
  news: '#6b8e23',
}

/** Six to eight digits that stand alone: not part of a longer number, a word, a date or a phone number. */
const CODE = /(?<![\w+.-])\d{6,8}(?![\w-]|\.\d)/gu

type Markup = ReturnType<typeof html>

/**
 * Renders a message as the HTML page that `smtpMailer` sends beside its text. All its words are the message's own
 * subject and text, escaped; line breaks are kept. The code of a `code` mail stands out where it stands. It
 * names no color of text or page, so that dark mode is the reader's; it fetches nothing; and without CSS it is a
 * heading and paragraphs.
 *
 * For a renderer of a host's own that does some kinds only, and leaves the others to this one.
 */
export function renderHtml(message: MailMessage): string {
  const { kind, subject, text } = message
  const tone = isKnown(kind) ? tones[kind] : 'news'
  const paragraphs = text.split(/(?:\r?\n){2,}/).map((paragraph) => renderParagraph(paragraph, tone))
  return String(html`<!doctype html>
<html dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>${subject}</title>
<style>:root { color-scheme: light dark; supported-color-schemes: light dark }</style>
</head>
<body style="margin: 0; padding: 24px 16px; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif">
<div role="article" style="max-width: 560px; margin: 0 auto; padding: 4px 20px; border-inline-start: 4px solid ${edges[tone]}">
<h1 style="font-size: 20px; line-height: 1.3; margin: 8px 0 16px">${subject}</h1>
${paragraphs}
</div>
</body>
</html>
`)
}

const isKnown = (kind: string): kind is keyof typeof tones => Object.hasOwn(tones, kind)

function renderParagraph(text: string, tone: Tone): Markup {
  const lines = text.split(/\r?\n/).map((line) => (tone === 'code' ? renderCode(line) : html`${line}`))
  const broken = lines.map((line, index) => (index === 0 ? line : html`<br>${line}`))
  return html`<p style="margin: 0 0 16px; overflow-wrap: anywhere">${broken}</p>\n`
}

/** Where a line holds one thing that looks like a code, that stands out; of several, none can be told to be it. */
function renderCode(line: string): Markup {
  const [code, ...others] = line.matchAll(CODE)
  if (code === undefined || others.length > 0) return html`${line}`
  const before = line.slice(0, code.index)
  const after = line.slice(code.index + code[0].length)
  const style =
    'font: 700 28px/1.4 ui-monospace, Menlo, Consolas, monospace; letter-spacing: 2px; white-space: nowrap'
  return html`${before}<strong style="${style}">${code[0]}</strong>${after}`
}
