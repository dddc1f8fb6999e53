import jsqr from 'jsqr'

/** What the characters stand for: in color the dark modules are drawn, without it the light ones. */
export type Ink = 'dark' | 'light'

/** The modules that lines of half-blocks show: true is dark. */
export function readModules(lines: readonly string[], ink: Ink): readonly (readonly boolean[])[] {
  const isDark = (drawn: boolean): boolean => (ink === 'dark' ? drawn : !drawn)
  return lines.flatMap((line) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what begins a color
    const halves = [...line.replaceAll(/\u001B\[[\d;]*m/gu, '')]
    return [
      halves.map((half) => isDark(half === '█' || half === '▀')),
      halves.map((half) => isDark(half === '█' || half === '▄')),
    ]
  })
}

/** Pixels for each module. */
const SCALE = 3

/** What a phone's camera would read off these lines; undefined: nothing. */
export function readQrCode(lines: readonly string[], ink: Ink): string | undefined {
  const modules = readModules(lines, ink)
  const width = (modules[0]?.length ?? 0) * SCALE
  const height = modules.length * SCALE
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (modules[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)])
        pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  // Not inverted: a scanner need not try that.
  return jsqr.default(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data
}
