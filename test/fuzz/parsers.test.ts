import { expect, test } from 'vitest'
import { fuzzParsers } from './fuzz-parsers.ts'

const INPUTS = 500

test('whatever comes from outside is read or refused by a typed error that does not repeat it, and nothing forged is taken', {
  timeout: 120_000,
}, async () => {
  const done = await fuzzParsers({ inputs: INPUTS })
  expect(done.map(([name]) => name)).toEqual([
    ...['client events', 'snapshots', 'profiles', 'flow logs', 'user ids', 'phone numbers', 'one-time codes'],
    ...['recovery codes', 'flow tokens', 'device tokens', 'sealed sessions', 'bearer tokens', 'CSRF tokens'],
    ...['cookies', 'key rings', 'configurations'],
  ])
  for (const [name, runs] of done) expect(runs, name).toBeGreaterThanOrEqual(INPUTS * 0.3)
})
