import { describe, expect, test } from 'vitest'
import { SnapshotError } from '../../../packages/core/src/errors.ts'
import type { Sealed } from '../../../packages/core/src/ids.ts'
import { emptyProfile, type Profile, parseProfile } from '../../../packages/core/src/profile/profile.ts'
import { deviceId, enrollment, profileWith, START, withCodes } from '../../model/world.ts'

const CANARY = 'S3CRET-canary'
const sealed = 'a.b.c.d.e' as Sealed // opaque to the codec

const codes = withCodes(profileWith(), 'r1').recoveryCodes
const full: Profile = {
  ...profileWith(
    {
      ...enrollment('e1', 'authenticator'),
      name: 'my app',
      lastUsedAt: START,
      secret: sealed,
      methodData: { lastTimeStep: 7, more: [null, true, { deep: 'x' }] },
    },
    enrollment('e2', 'sms', '+15550001'),
  ),
  recoveryCodes: codes === null ? null : { ...codes, sealed },
  devices: [{ id: deviceId('d1'), createdAt: START, lastUsedAt: START, expiresAt: START + 1 }],
  failures: 3,
  lock: { until: START + 1 },
  deliveries: [START - 1, START],
  notices: { locked: START },
}

const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function faultIn(value: unknown): SnapshotError {
  try {
    parseProfile(value)
  } catch (error) {
    if (error instanceof SnapshotError) return error
    throw error
  }
  throw new Error('it was parsed')
}

test.each([
  ['a full one', full],
  ['an empty one', emptyProfile],
  ['one that is locked until rescued', { ...full, lock: { until: 'rescued' as const } }],
])('a profile comes back from JSON as it was: %s', (_what, profile) => {
  expect(parseProfile(asStored(profile))).toEqual(profile)
})

test('the empty profile is frozen: it is everybody’s', () => {
  expect(Object.isFrozen(emptyProfile)).toBe(true)
})

/** The paths of every field, with the first of each list, as an error names them. */
function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield [...path, key]
    if (key !== 'methodData') yield* pathsOf(inner, [...path, key])
  }
}

function changed(
  path: readonly string[],
  change: (parent: Record<string, unknown>, key: string) => void,
): unknown {
  const copy = structuredClone(full)
  const last = path.at(-1) ?? ''
  let parent = copy as unknown as Record<string, unknown> // the paths are those of its own fields
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown> // likewise
  change(parent, last)
  return copy
}

const isAnyJson = (path: readonly string[]) => path.at(-1) === 'methodData'
const isItem = (path: readonly string[]) => /^(\d+|locked)$/.test(path.at(-1) ?? '')

describe('a broken profile is refused', () => {
  const paths = [...pathsOf(full)]

  test.each(paths.filter((path) => !isAnyJson(path)).map((path) => [path.join('.'), path] as const))(
    'with another type in %s: the field is named, its value never (L6)',
    (name, path) => {
      const error = faultIn(
        changed(path, (parent, key) => {
          parent[key] = Array.isArray(parent[key]) ? { [CANARY]: CANARY } : [CANARY]
        }),
      )
      expect(error.code).toBe('profile_invalid')
      expect(error.message).toContain(name.replace('notices.locked', 'notices')) // a record's keys are data
      expect(error.message).not.toContain(CANARY)
    },
  )

  test.each(paths.filter((path) => !isItem(path)).map((path) => [path.join('.'), path] as const))(
    'without %s',
    (name, path) => {
      const error = faultIn(changed(path, (parent, key) => delete parent[key]))
      expect([error.code, error.message]).toEqual(['profile_invalid', expect.stringContaining(name)])
    },
  )

  test.each([
    ['epoch', -1],
    ['failures', 0.5],
    ['deliveries.0', -1],
    ['lock.until', 'never'],
    ['enrollments.0.id', ''],
    ['enrollments.0.id', 'x'.repeat(65)],
    ['devices.0.expiresAt', '1'],
    ['recoveryCodes.unused.0', ''],
  ])('with %s = %j', (name, value) => {
    const error = faultIn(changed(name.split('.'), (parent, key) => (parent[key] = value)))
    expect(error.message).toBe(`profile: invalid ${name}`)
  })

  test('with a notice that is none, whose kind is data and not named', () => {
    const error = faultIn(changed(['notices', CANARY], (parent, key) => (parent[key] = -1)))
    expect(error.message).toBe('profile: invalid notices')
  })

  test.each([
    ['itself', [], 'profile'],
    ['an enrollment', ['enrollments', '0'], 'enrollments.0'],
    ['a device', ['devices', '0'], 'devices.0'],
  ])('with a field more in %s, whose name is not echoed', (_where, path, name) => {
    const error = faultIn(changed([...path, CANARY], (parent, key) => Object.assign(parent, { [key]: 1 })))
    expect(error.message).toBe(`profile: invalid ${name}`)
  })

  test('naming every fault once', () => {
    expect(faultIn({ ...full, epoch: -1.5, failures: 'x' }).message).toBe('profile: invalid epoch, failures')
  })

  test.each([null, 7, CANARY, []])('when it is no document: %j', (value) => {
    expect(faultIn(value)).toMatchObject({ code: 'profile_invalid', message: 'profile: invalid profile' })
  })

  test('with a version of before the first', () => {
    expect(faultIn({ ...full, version: 0 })).toMatchObject({
      code: 'profile_invalid',
      message: 'profile: invalid version',
    })
  })
})

test('a profile of a newer release is not guessed at', () => {
  const error = faultIn({ ...full, version: 2, anything: CANARY })
  expect(error.code).toBe('version_unknown')
  expect(error.message).toBe('profile: version 2 is newer than this release')
})
