import { expect, test } from 'vitest'
import { SnapshotError } from '../../../packages/core/src/errors.ts'
import { removeEnrollment } from '../../../packages/core/src/profile/changes.ts'
import { emptyProfile, parseProfile } from '../../../packages/core/src/profile/profile.ts'
import { enrollment, profileWith } from '../../model/world.ts'

test('removing another enrollment leaves the preferred one preferred, wherever it stands', () => {
  const [app, mail, text] = [
    enrollment('e1', 'authenticator'),
    enrollment('e2', 'email'),
    enrollment('e3', 'sms', '+15550001'),
  ] as const
  const profile = { ...profileWith(app, mail, text), preferred: mail.id }
  expect(removeEnrollment(profile, text.id, 0).preferred).toBe(mail.id)
  expect(removeEnrollment(profile, mail.id, 0).preferred).toBe(app.id)
})

test('a version that is no number is damage, and no newer release', () => {
  const read = () => parseProfile({ ...emptyProfile, version: '2' })
  expect(read).toThrow(SnapshotError)
  expect(read).toThrow(expect.objectContaining({ code: 'profile_invalid' }))
})
