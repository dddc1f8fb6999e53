import { describe, expect, test } from 'vitest'
import { drawQrCode } from '../../examples/tour/src/interactive/qr-code.ts'
import { readModules, readQrCode } from './read-qr-code.ts'

const URI =
  'otpauth://totp/Acme:you%40acme.test?secret=5TLKBN4MA772CGPEBZTNPNZTYMUCABY4&issuer=Acme&algorithm=SHA1&digits=6&period=30'

describe.each([
  ['in color', true],
  ['without color, on a dark terminal', false],
])('a QR code drawn %s', (_how, isColored) => {
  const lines = drawQrCode(URI, isColored)

  test('is read as the text that it was drawn from', () => {
    expect(readQrCode(lines, isColored ? 'dark' : 'light')).toBe(URI)
  })

  test.each(['', 'ä', 'x'.repeat(500)])('also for %j', (text) => {
    expect(readQrCode(drawQrCode(text, isColored), isColored ? 'dark' : 'light')).toBe(text)
  })

  test('has a quiet zone of four light modules on each side', () => {
    const modules = readModules(lines, isColored ? 'dark' : 'light')
    const size = modules[0]?.length ?? 0
    const isQuiet = (x: number, y: number): boolean => Math.min(x, y, size - 1 - x, size - 1 - y) < 4
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) if (isQuiet(x, y)) expect(modules[y]?.[x], `${x}, ${y}`).toBe(false)
    }
    // The finder patterns begin right behind it.
    expect(modules[4]?.slice(4, 11)).toEqual(Array(7).fill(true))
    expect(modules[4]?.slice(size - 11, size - 4)).toEqual(Array(7).fill(true))
    expect(modules[size - 5]?.slice(4, 11)).toEqual(Array(7).fill(true))
  })
})

test('in color each line sets both colors itself, whatever the theme, and takes them back', () => {
  const [set, reset] = ['\u001B[38;5;16;48;5;231m', '\u001B[0m']
  for (const line of drawQrCode(URI, true)) {
    expect(line.startsWith(set) && line.endsWith(reset)).toBe(true)
    expect(line.slice(set.length, -reset.length)).toMatch(/^[ ▀▄█]+$/u)
  }
})

test('without color there is nothing but half-blocks', () => {
  for (const line of drawQrCode(URI, false)) expect(line).toMatch(/^[ ▀▄█]+$/u)
})
