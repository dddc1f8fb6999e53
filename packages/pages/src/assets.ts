import type { PageFile } from '@sallyport/http'
import { script } from './script.ts'
import { stylesheet } from './stylesheet.ts'

/** Names a text by its content (FNV-1a, 32 bits), so that browsers can keep it: a change has another name. No secret, no proof. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}

/** Where the pages find their style sheet and script, below the prefix. */
export const stylesheetPath: string = `/tf-pages/${fingerprint(stylesheet)}.css`
export const scriptPath: string = `/tf-pages/${fingerprint(script)}.js`

/** The files of the pages. */
export const files: Readonly<Record<string, PageFile>> = {
  [stylesheetPath]: { type: 'text/css; charset=utf-8', body: stylesheet },
  [scriptPath]: { type: 'text/javascript; charset=utf-8', body: script },
}
