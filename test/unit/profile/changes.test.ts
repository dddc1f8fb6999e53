import { describe, expect, test } from 'vitest'
import type { Digest, Sealed } from '../../../packages/core/src/ids.ts'
import * as changes from '../../../packages/core/src/profile/changes.ts'
import { emptyProfile, type Profile } from '../../../packages/core/src/profile/profile.ts'
import {
  deviceId,
  digest,
  enrollment,
  enrollmentId,
  profileWith,
  START,
  withCodes,
} from '../../model/world.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e2', 'email')
const text = enrollment('e3', 'sms', '+15550001')
const device = { id: deviceId('d1'), createdAt: START, lastUsedAt: null, expiresAt: START + 1 }

const full: Profile = {
  ...withCodes(profileWith(app, mail), 'r1', 'r2'),
  epoch: 5,
  factorsRevokedAt: START,
  devices: [device],
  failures: 12,
  lock: { until: START + 1 },
  deliveries: [START],
  notices: { locked: START },
}

const LATER = START + 5_000
/** As one that has just been proven. */
const fresh = { ...text, createdAt: LATER }

/** Every change there is, and whether it is one of factors. */
const all: readonly (readonly [string, boolean, (profile: Profile) => Profile])[] = [
  ['add', true, (profile) => changes.addEnrollment(profile, fresh)],
  ['replace', true, (profile) => changes.replaceEnrollment(profile, app.id, fresh)],
  ['remove', true, (profile) => changes.removeEnrollment(profile, app.id, LATER)],
  ['disable', true, (profile) => changes.disable(profile, LATER)],
  ['reset', true, (profile) => changes.reset(profile, LATER)],
  ['rename', false, (profile) => changes.renameEnrollment(profile, app.id, 'new')],
  ['prefer', false, (profile) => changes.preferEnrollment(profile, mail.id)],
  ['use', false, (profile) => changes.useEnrollment(profile, app.id, START, null)],
  ['new recovery codes', false, (profile) => changes.setRecoveryCodes(profile, START, [digest('n1')], null)],
  ['a used recovery code', false, (profile) => changes.consumeRecoveryCode(profile, digest('r1'))],
  ['forgiveness', false, changes.forgive],
  ['an administrator’s lifting of a lock', false, changes.unlock],
  ['the use of a device', false, (profile) => changes.useDevice(profile, device.id, START)],
  ['the revocation of a device', false, (profile) => changes.revokeDevice(profile, device.id)],
]

describe('the epoch', () => {
  test.each(all)(
    'L4, ASVS 6.5.6: after “%s” is raised: %s; and with it every remembered device is gone',
    (name, raises, change) => {
      const changed = change(full)
      expect(changed.epoch).toBe(raises ? 6 : 5)
      expect(changed.factorsRevokedAt).toBe(
        ['replace', 'remove', 'disable', 'reset'].includes(name) ? LATER : START,
      )
      if (raises) expect(changed.devices).toEqual([])
    },
  )

  test.each(all)('“%s” leaves the profile it was given as it was', (_name, _raises, change) => {
    const kept = structuredClone(full)
    change(full)
    expect(full).toEqual(kept)
  })
})

describe('the preferred enrollment', () => {
  test.each([
    ['is the first one that is added', changes.addEnrollment(emptyProfile, text), 'e3'],
    ['stays when another is added', changes.addEnrollment(full, text), 'e1'],
    ['is the new one when it was replaced', changes.replaceEnrollment(full, app.id, text), 'e3'],
    ['stays when another was replaced', changes.replaceEnrollment(full, mail.id, text), 'e1'],
    ['is the next one when it was removed', changes.removeEnrollment(full, app.id, LATER), 'e2'],
    ['stays when another was removed', changes.removeEnrollment(full, mail.id, LATER), 'e1'],
    ['is none when the last was removed', changes.removeEnrollment(profileWith(app), app.id, LATER), null],
    ['is none when all are gone', changes.disable(full, LATER), null],
    ['is the one that was chosen', changes.preferEnrollment(full, mail.id), 'e2'],
  ])('%s', (_what, profile, preferred) => {
    expect(profile.preferred).toBe(preferred)
    expect(profile.enrollments.some(({ id }) => id === preferred)).toBe(preferred !== null)
  })
})

describe('enrollments', () => {
  const ids = ({ enrollments }: Profile) => enrollments.map(({ id }) => id)

  test('are added at the end, replaced in their place, and removed', () => {
    expect(ids(changes.addEnrollment(full, text))).toEqual(['e1', 'e2', 'e3'])
    expect(ids(changes.replaceEnrollment(full, app.id, text))).toEqual(['e3', 'e2'])
    expect(ids(changes.removeEnrollment(full, app.id, LATER))).toEqual(['e2'])
  })

  test('are renamed one by one', () => {
    const { enrollments } = changes.renameEnrollment(full, mail.id, 'work')
    expect(enrollments.map(({ name }) => name)).toEqual([null, 'work'])
  })

  test('L2: remember their last use and what their method wants', () => {
    const { enrollments } = changes.useEnrollment(full, app.id, START + 7, { lastTimeStep: 9 })
    expect(enrollments).toEqual([{ ...app, lastUsedAt: START + 7, methodData: { lastTimeStep: 9 } }, mail])
  })
})

describe('disabling', () => {
  test('removes all that a second factor is made of', () => {
    expect(changes.disable(full, LATER)).toMatchObject({
      enrollments: [],
      preferred: null,
      recoveryCodes: null,
      devices: [],
    })
  })

  test('L3: is no way to new guesses or new messages: failures, lock and budgets stay', () => {
    const { failures, lock, deliveries, notices } = full
    expect(changes.disable(full, LATER)).toMatchObject({ failures, lock, deliveries, notices })
  })

  test('by an administrator’s reset forgives failures and lock, and gives a new budget of codes', () => {
    const { notices } = full
    expect(changes.reset(full, LATER)).toMatchObject({
      enrollments: [],
      failures: 0,
      lock: null,
      deliveries: [],
      notices,
    })
  })
})

describe('recovery codes', () => {
  test('are replaced as a set', () => {
    const sealed = 'sealed' as Sealed // opaque here
    const profile = changes.setRecoveryCodes(full, START, [digest('n1'), digest('n2')], sealed)
    expect(profile.recoveryCodes).toEqual({ generatedAt: START, unused: ['n1', 'n2'], sealed })
  })

  test('ASVS 6.5.1, L2: are struck out one by one, and never twice', () => {
    const once = changes.consumeRecoveryCode(full, digest('r1'))
    expect(once.recoveryCodes?.unused).toEqual(['r2'])
    expect(changes.consumeRecoveryCode(once, digest('r1'))).toEqual(once)
  })

  test('are not there to strike out in a profile without any', () => {
    expect(changes.consumeRecoveryCode(emptyProfile, 'r1' as Digest)).toBe(emptyProfile)
  })

  test('are counted', () => {
    expect([full, emptyProfile].map(changes.recoveryCodesLeft)).toEqual([2, 0])
  })
})

test('forgiving nothing gives the very profile back', () => {
  const spotless = profileWith(app)
  expect(changes.forgive(spotless)).toBe(spotless)
  expect(changes.unlock(spotless)).toBe(spotless)
  expect(changes.unlock({ ...spotless, deliveries: [START] })).toEqual(spotless)
  expect(changes.forgive({ ...spotless, failures: 1 })).toEqual(spotless)
  expect(changes.forgive({ ...spotless, lock: { until: 'rescued' } })).toEqual(spotless)
})

test('a device is used and revoked by its id; one that there is not leaves the very profile', () => {
  const two = { ...full, devices: [device, { ...device, id: deviceId('d2') }] }
  expect(changes.useDevice(two, device.id, START + 5).devices.map(({ lastUsedAt }) => lastUsedAt)).toEqual([
    START + 5,
    null,
  ])
  expect(changes.revokeDevice(two, device.id).devices.map(({ id }) => id)).toEqual(['d2'])
  expect(changes.revokeDevice(two, deviceId('d9'))).toBe(two)
  expect(changes.useEnrollment(full, enrollmentId('e9'), START, null)).toEqual(full)
})
