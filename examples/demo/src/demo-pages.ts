import { createPages, defaultTemplates, html, type TwoFactorPages } from '@sallyport/pages'
import { defaultConfig } from './config/default-config.ts'
import type { DemoConfig } from './config/demo-config.ts'

/** The pages: ours, but for a hint below the login of who there is. An application would not tell. */
export function createDemoPages({ users }: DemoConfig): TwoFactorPages {
  if (users !== defaultConfig.users) return createPages({ home: '/' })
  return createPages({
    home: '/',
    pages: {
      login: (view) => html`${defaultTemplates.login(view)}
<section class="card">
<h2>Try it as one of these</h2>
<dl class="facts">
${users.map(
  ({ email, password, required }) => html`<div>
<dt>${required ? 'Sets up a second factor at login' : 'Gets a code by mail, shown in the terminal'}</dt>
<dd>${email}<br><code>${password}</code></dd>
</div>`,
)}
</dl>
</section>`,
    },
  })
}
