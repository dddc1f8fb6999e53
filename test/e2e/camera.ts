import jsqr from 'jsqr'
import type { Locator } from 'playwright-core'
import { PNG } from 'pngjs'

/** What a phone's camera reads off the screen where an element is drawn. */
export async function scan(element: Locator): Promise<string> {
  const { data, width, height } = PNG.sync.read(await element.screenshot())
  // Not inverted: an app need not try that.
  const found = jsqr.default(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' })
  if (found === null) throw new Error('there is no code that could be read in the picture')
  return found.data
}
