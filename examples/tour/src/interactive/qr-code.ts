import { encode } from 'uqr'

/** Light modules around the code: ISO/IEC 18004 asks for four on each side. */
const QUIET_ZONE = 4

/** Black on white, as fixed colors: a theme may have redefined the sixteen named ones. */
const INK_ON_PAPER = '\u001B[38;5;16;48;5;231m'
const RESET = '\u001B[0m'

/**
 * Draws a QR code with two modules in a character. In color it is black on white, on any background. Without
 * color the light modules are what is drawn, for a dark terminal; on a light one the code is inverted, and
 * some scanners then do not read it.
 */
export function drawQrCode(text: string, isColored: boolean): readonly string[] {
  const { data } = encode(text, { ecc: 'L', border: QUIET_ZONE }) // a screen needs no spare: smaller is better
  const rows: string[] = []
  for (let top = 0; top < data.length; top += 2) {
    const upper = data[top] ?? []
    const lower = data[top + 1] // beyond the last row there is paper
    const line = upper.map((isDark, x) => {
      const isDarkBelow = lower?.[x] ?? false
      return isColored ? half(isDark, isDarkBelow) : half(!isDark, !isDarkBelow)
    })
    rows.push(isColored ? `${INK_ON_PAPER}${line.join('')}${RESET}` : line.join(''))
  }
  return rows
}

function half(isUpperDrawn: boolean, isLowerDrawn: boolean): string {
  if (isUpperDrawn) return isLowerDrawn ? '█' : '▀'
  return isLowerDrawn ? '▄' : ' '
}
