import { expect, test } from 'vitest'
import { ConfigError } from '../../../packages/core/src/errors.ts'
import { checkTimeStepCode, MIN_SECRET_BYTES } from '../../../packages/core/src/methods/authenticator.ts'

const check = (bytes: number) => () =>
  checkTimeStepCode({ secret: new Uint8Array(bytes).fill(1), code: '123456', at: 0, lastTimeStep: null })

test('a secret that is too short is named, with the length that RFC 4226 asks for', () => {
  expect(check(MIN_SECRET_BYTES)).not.toThrow()
  const fault = { field: 'secret', message: expect.stringContaining(`${MIN_SECRET_BYTES} bytes`) }
  expect(check(MIN_SECRET_BYTES - 1)).toThrow(expect.objectContaining({ faults: [fault] }))
  expect(check(MIN_SECRET_BYTES - 1)).toThrow(ConfigError)
})
