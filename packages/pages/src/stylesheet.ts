/**
 * The look of the pages. It is text in a module, so that it reaches every runtime that the rest does. A host changes the custom
 * properties in a style sheet of its own, which comes after this one.
 */
export const stylesheet: string = `
:root {
  color-scheme: light dark;
  --sp-font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  --sp-mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  --sp-radius: 0.75rem;
  --sp-width: 30rem;
  --sp-background: #f3f5f9;
  --sp-surface: #ffffff;
  --sp-raised: #f8f9fc;
  --sp-text: #161b26;
  --sp-muted: #566074;
  --sp-line: #d9dee8;
  --sp-edge: #7b8598;
  --sp-accent: #2f4fd0;
  --sp-accent-strong: #243fae;
  --sp-accent-soft: #e9edfc;
  --sp-on-accent: #ffffff;
  --sp-danger: #b3261e;
  --sp-danger-soft: #fdecea;
  --sp-good: #1b6e3c;
  --sp-good-soft: #e6f4ea;
  --sp-shadow: 0 1px 2px rgb(22 27 38 / 6%), 0 12px 32px rgb(22 27 38 / 8%);
}

@media (prefers-color-scheme: dark) {
  :root {
    --sp-background: #0f131b;
    --sp-surface: #181e2a;
    --sp-raised: #1f2635;
    --sp-text: #e8ecf4;
    --sp-muted: #a4aec0;
    --sp-line: #2f3849;
    --sp-edge: #7f8aa0;
    --sp-accent: #9db1ff;
    --sp-accent-strong: #bccaff;
    --sp-accent-soft: #232d4d;
    --sp-on-accent: #0f1530;
    --sp-danger: #ff9d94;
    --sp-danger-soft: #3a1f20;
    --sp-good: #86d9a3;
    --sp-good-soft: #17301f;
    --sp-shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 12px 32px rgb(0 0 0 / 30%);
  }
}

*, ::before, ::after { box-sizing: border-box }

html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }

body {
  margin: 0;
  min-height: 100vh;
  padding: 0 1rem 3rem;
  background: var(--sp-background);
  color: var(--sp-text);
  font: 1rem/1.55 var(--sp-font);
  overflow-wrap: break-word;
}

[hidden], .print-only { display: none !important }

.skip {
  position: absolute;
  inset-inline-start: 1rem;
  inset-block-start: -6rem;
  padding: 0.5rem 1rem;
  border-radius: var(--sp-radius);
  background: var(--sp-surface);
}
.skip:focus { inset-block-start: 0.75rem }

.top, main {
  width: 100%;
  max-width: var(--sp-width);
  margin-inline: auto;
}

.top {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 0.25rem 1rem;
  padding: clamp(1.25rem, 6vh, 4rem) 0.25rem 1rem;
}

.brand {
  display: flex;
  align-items: center;
  gap: 0.6rem;
  margin: 0;
  font-weight: 650;
  font-size: 1.0625rem;
  letter-spacing: -0.01em;
}
.brand img { display: block }

.account { display: flex; flex-wrap: wrap; gap: 0 0.75rem; color: var(--sp-muted); font-size: 0.875rem }
.account a { padding-block: 0.15rem }

main {
  padding: clamp(1.25rem, 5vw, 2.25rem);
  border: 1px solid var(--sp-line);
  border-radius: calc(var(--sp-radius) * 1.5);
  background: var(--sp-surface);
  box-shadow: var(--sp-shadow);
}
main:focus { outline: none }
main > :last-child { margin-block-end: 0 }

h1, h2, h3 { line-height: 1.25; letter-spacing: -0.015em; text-wrap: balance }
h1 { margin: 0 0 1rem; font-size: 1.625rem; font-weight: 700 }
h2 { margin: 1.75rem 0 0.75rem; font-size: 1.0625rem; font-weight: 650 }
h3 { margin: 0; font-size: 1rem; font-weight: 650 }
p { margin: 0 0 1rem }
a { color: var(--sp-accent); text-underline-offset: 0.2em }
a:hover { color: var(--sp-accent-strong) }
ul, ol { margin: 0; padding: 0; list-style: none }

:focus-visible {
  outline: 3px solid var(--sp-accent);
  outline-offset: 2px;
  border-radius: 0.35rem;
}

.hint { margin: 0 0 0.75rem; color: var(--sp-muted); font-size: 0.875rem }
.fault { margin: 0 0 0.4rem; color: var(--sp-danger); font-weight: 600; font-size: 0.875rem }
.fault::before { content: '! '; content: '! ' / '' }

form { margin: 0 0 1rem }

.field { margin-block-end: 1.25rem }
.field label { display: block; margin-block-end: 0.35rem; font-weight: 600; font-size: 0.9375rem }
.field .hint { margin-block-end: 0.4rem }
.field input {
  display: block;
  width: 100%;
  min-height: 3rem;
  padding: 0.6rem 0.85rem;
  border: 1px solid var(--sp-edge);
  border-radius: var(--sp-radius);
  background: var(--sp-surface);
  color: inherit;
  font: inherit;
}
.field input:focus { outline: 3px solid var(--sp-accent); outline-offset: 0; border-color: transparent }
.field input[aria-invalid='true'] { border: 2px solid var(--sp-danger) }
.field input.code { font-family: var(--sp-mono); font-size: 1.25rem; letter-spacing: 0.12em }

.check {
  display: grid;
  grid-template-columns: auto 1fr;
  align-items: center;
  gap: 0 0.65rem;
  margin-block-end: 1.25rem;
}
.check input { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--sp-accent) }
.check label { padding-block: 0.15rem }
.check .hint { grid-column: 2; margin: 0 }

.button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 2.75rem;
  padding: 0.5rem 1.15rem;
  border: 1px solid transparent;
  border-radius: var(--sp-radius);
  font: 600 0.9375rem/1.3 var(--sp-font);
  text-align: center;
  text-decoration: none;
  cursor: pointer;
  transition: background-color 120ms, border-color 120ms;
}
.primary { background: var(--sp-accent); color: var(--sp-on-accent) }
.primary:hover { background: var(--sp-accent-strong); color: var(--sp-on-accent) }
.secondary { border-color: var(--sp-edge); background: var(--sp-surface); color: var(--sp-text) }
.secondary:hover { background: var(--sp-accent-soft); color: var(--sp-text) }
.danger { border-color: var(--sp-danger); background: transparent; color: var(--sp-danger) }
.danger:hover { background: var(--sp-danger-soft) }
main > form > .primary { width: 100%; min-height: 3rem }

.actions { display: flex; flex-wrap: wrap; gap: 0.65rem; margin-block: 1rem }
.actions form { margin: 0 }

.ways { margin-block-start: 1.5rem; padding-block-start: 1rem; border-block-start: 1px solid var(--sp-line) }
.ways a { display: inline-block; padding-block: 0.3rem }

.choices { display: grid; gap: 0.65rem; margin-block-end: 1rem }
.choices form { margin: 0 }
.choice {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.15rem 0.75rem;
  width: 100%;
  min-height: 3.5rem;
  position: relative;
  padding-block: 0.75rem;
  padding-inline: 1rem 2.75rem;
  border: 1px solid var(--sp-edge);
  border-radius: var(--sp-radius);
  background: var(--sp-surface);
  color: inherit;
  font: inherit;
  text-align: start;
  text-decoration: none;
  cursor: pointer;
  transition: background-color 120ms, border-color 120ms;
}
.choice::after { content: '\\203A'; content: '\\203A' / ''; position: absolute; inset-block: 0; inset-inline-end: 1rem; display: grid; align-content: center; color: var(--sp-muted); font-size: 1.375rem; line-height: 1 }
.choice:hover { color: inherit; border-color: var(--sp-accent); background: var(--sp-accent-soft) }
.choice .hint { margin: 0 }

.card {
  margin-block-end: 0.85rem;
  padding: 1.1rem 1.15rem;
  border: 1px solid var(--sp-line);
  border-radius: var(--sp-radius);
  background: var(--sp-raised);
}
.card > h2 { margin-block-start: 0 }
.card > h2:has(+ .hint) { margin-block-end: 0.25rem }
.card > :last-child, .card form:last-child { margin-block-end: 0 }
.card .hint { font-size: 0.875rem }

.badge {
  display: inline-block;
  padding: 0.05rem 0.55rem;
  border-radius: 1rem;
  background: var(--sp-accent-soft);
  color: var(--sp-text);
  font-weight: 600;
  font-size: 0.75rem;
  letter-spacing: 0;
}

details > summary { padding-block: 0.25rem; color: var(--sp-accent); font-weight: 600; font-size: 0.9375rem; cursor: pointer }
details[open] > summary { margin-block-end: 0.85rem }
.list details { border-block-start: 1px solid var(--sp-line); padding-block-start: 0.6rem }

.problem, .notice { margin: 0 0 1.25rem; padding: 0.85rem 1rem; border-radius: var(--sp-radius); border-inline-start: 4px solid }
.problem { background: var(--sp-danger-soft); border-color: var(--sp-danger) }
.problem h2 { margin: 0 0 0.25rem; font-size: 1rem; color: var(--sp-danger) }
.notice { background: var(--sp-good-soft); border-color: var(--sp-good) }

.qr { display: block; width: 100%; max-width: 15rem; height: auto; margin: 0 auto 1rem; border: 1px solid var(--sp-line); border-radius: var(--sp-radius) }

.facts { margin: 0 0 1.25rem }
.facts div { padding-block: 0.5rem; border-block-end: 1px solid var(--sp-line) }
.facts dt { color: var(--sp-muted); font-size: 0.875rem }
.facts dd { margin: 0; overflow-wrap: anywhere }
code { font-family: var(--sp-mono) }
.key { font-size: 1.0625rem; letter-spacing: 0.03em }

.codes {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 16.5rem), 1fr));
  gap: 0.35rem 1rem;
  margin-block-end: 1rem;
  padding: 1rem 0.5rem;
  border: 1px solid var(--sp-line);
  border-radius: var(--sp-radius);
  background: var(--sp-raised);
  text-align: center;
}
.codes code { font-size: clamp(0.75rem, 3.5vw, 0.9375rem); overflow-wrap: anywhere }

@media (prefers-reduced-motion: reduce) {
  * { transition: none !important }
}

@media (forced-colors: active) {
  .button, .choice, .field input { border: 1px solid ButtonBorder }
}

@media print {
  :root { color-scheme: light }
  body { min-height: 0; padding: 0; background: #fff; color: #000 }
  .skip, .account, .no-print, .problem, .notice { display: none !important }
  .print-only { display: block !important }
  main { padding: 0; border: 0; background: #fff; box-shadow: none }
  .codes { background: #fff; border-color: #000; grid-template-columns: 1fr }
}
`.trimStart()
