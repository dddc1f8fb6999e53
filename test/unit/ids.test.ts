import { describe, expect, test } from 'vitest'
import { InputError } from '../../packages/core/src/errors.ts'
import { MAX_USER_ID_BYTES, parseUserId } from '../../packages/core/src/ids.ts'

describe('parseUserId', () => {
  test.each([
    ['one character', 'a'],
    ['a UUID', '018f4f5e-7c1a-7b3e-9d2a-3f6c1e2b4a59'],
    ['spaces, which are kept', '  a  '],
    ['quotes and signs of SQL', "' OR 1=1; --"],
    ['a full set of emoji', '🦊'],
    ['255 bytes of ASCII', 'x'.repeat(MAX_USER_ID_BYTES)],
    ['255 bytes in 85 characters', '€'.repeat(85)],
  ])('takes %s as it is', (_what, id) => {
    expect(parseUserId(id)).toBe(id)
  })

  test('keeps apart what only looks alike: nothing is normalized', () => {
    expect(parseUserId('e\u0301')).not.toBe(parseUserId('\u00e9'))
  })

  test.each([
    ['undefined', undefined, 'must be a string'],
    ['a number', 42, 'must be a string'],
    ['an object that would become a string', { toString: () => 'alice' }, 'must be a string'],
    ['the empty text', '', 'must not be empty'],
    ['a NUL, which some databases cut a text at', 'alice\u0000admin', 'must not hold a NUL'],
    ['a lone surrogate', 'a\ud800', 'must be well-formed Unicode'],
    ['256 bytes of ASCII', 'x'.repeat(256), 'must not exceed 255 bytes of UTF-8'],
    ['258 bytes in 86 characters', '€'.repeat(86), 'must not exceed 255 bytes of UTF-8'],
  ])('refuses %s', (_what, id, message) => {
    const parse = () => parseUserId(id)
    expect(parse).toThrow(InputError)
    expect(parse).toThrow(expect.objectContaining({ code: 'user_id_invalid', field: 'userId' }))
    expect(parse).toThrow(`userId ${message}`)
  })

  test('L6: an error never echoes the id', () => {
    const id = 'secret-user'.padEnd(300, 'x')
    expect(() => parseUserId(id)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret-user') }),
    )
  })
})
