import { html } from 'hono/html'
import { encode } from 'uqr'
import type { Html } from './view.ts'

/** The quiet zone around a QR code, in modules (ISO/IEC 18004 asks for four). */
const QUIET_ZONE = 4

/**
 * Draws a QR code as inline SVG, black on white in dark mode too, since not every app reads it inverted. It has presentation
 * attributes and no style, so that a strict Content Security Policy lets it through.
 */
export function drawQrCode(content: string, label: string): Html {
  const { data, size } = encode(content, { border: QUIET_ZONE })
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges">
<rect width="${size}" height="${size}" fill="#fff"/><path d="${dark.join('')}" fill="#000"/>
</svg>`
}
