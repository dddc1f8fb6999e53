import { expect, test } from 'vitest'
import { checkTimeStepCode, timeStepAt } from '../../packages/core/src/methods/authenticator.ts'
import { RFC_4226_CODES, RFC_4226_SECRET } from './rfc-4226.ts'
import { RFC_6238_SHA1 } from './rfc-6238.ts'

test.each(RFC_4226_CODES.map((code, counter) => ({ code, counter })))(
  'RFC 4226 App. D: counter $counter has the code $code',
  ({ code, counter }) => {
    const at = counter * 30_000
    const verdict = checkTimeStepCode({
      secret: RFC_4226_SECRET,
      code,
      at,
      lastTimeStep: null,
      driftSteps: 0,
    })
    expect(verdict).toEqual({ kind: 'accepted', timeStep: counter })
  },
)

test.each(RFC_6238_SHA1)(
  'RFC 6238 App. B: second $seconds has the code $code',
  ({ seconds, timeStep, code }) => {
    const input = {
      secret: RFC_4226_SECRET,
      at: seconds * 1000,
      lastTimeStep: null,
      driftSteps: 0,
    } as const
    expect(timeStepAt(seconds * 1000)).toBe(timeStep)
    expect(checkTimeStepCode({ ...input, code, digits: 8 })).toEqual({ kind: 'accepted', timeStep })
    expect(checkTimeStepCode({ ...input, code: code.slice(1), digits: 7 })).toEqual({
      kind: 'accepted',
      timeStep,
    })
    expect(checkTimeStepCode({ ...input, code: code.slice(2) })).toEqual({ kind: 'accepted', timeStep })
  },
)
