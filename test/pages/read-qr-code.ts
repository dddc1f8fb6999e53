import type { Document } from 'happy-dom'
import jsQR from 'jsqr'

const SCALE = 4

/** Reads the QR code that a page draws, as a camera does: from its picture, and not from the text beside it. */
export function readQrCode(document: Document): string {
  const drawing = document.querySelector('svg[role=img]')
  const size = Number(drawing?.getAttribute('viewBox')?.split(' ')[2])
  const path = drawing?.querySelector('path')?.getAttribute('d') ?? ''
  const side = size * SCALE
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < SCALE; row++) {
      for (let column = 0; column < SCALE; column++) {
        const at = ((Number(y) * SCALE + row) * side + Number(x) * SCALE + column) * 4
        pixels.fill(0, at, at + 3)
      }
    }
  }
  return jsQR.default(pixels, side, side)?.data ?? ''
}
