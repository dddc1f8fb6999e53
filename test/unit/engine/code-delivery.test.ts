import type { ChallengeId } from '@sallyport/core'
import { defaultCatalog, parseUserId } from '@sallyport/core'
import { outbox } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { byMail, bySms, type CodeDelivery } from '../../../packages/core/src/engine/code-delivery.ts'
import { factsFor } from '../../model/world.ts'

/** Texts that name every value they can: what is filled in counts here, not the wording. */
const catalog = {
  ...defaultCatalog,
  'code.email.subject': '{issuer}',
  'code.email.text': '{issuer}|{code}|{minutes}',
  'code.sms.text': '{code}|{issuer}',
}

const delivery = (to: string | null): CodeDelivery => ({
  userId: parseUserId('bob'),
  challenge: 'c' as ChallengeId, // opaque here
  code: '012345',
  to,
  expiresAt: 1_700_000_000_000,
})

describe('a mailed code', () => {
  const mailed = async (emailCodeSeconds: number) => {
    const box = outbox()
    await byMail(
      box.mailer,
      catalog,
      factsFor({ lifetimes: { emailCodeSeconds } }).policy,
    )(delivery('bob@acme.test'))
    return box.to('bob@acme.test')[0]?.message
  }

  test.each([
    [300, 5],
    [600, 10],
    [119, 1],
    [30, 1],
  ])('that is valid for %i seconds says %i minutes, and never none', async (seconds, minutes) => {
    expect(await mailed(seconds)).toEqual({
      kind: 'code',
      to: 'bob@acme.test',
      subject: 'Acme',
      text: `Acme|012345|${minutes}`,
    })
  })

  test('L6: by default has its code in the text, not in the subject that a locked screen shows', () => {
    expect(defaultCatalog['code.email.subject']).not.toContain('{code}')
    expect(defaultCatalog['code.email.text']).toContain('{code}')
    expect(defaultCatalog['code.sms.text']).toContain('{code}')
  })

  test('goes nowhere without an address', async () => {
    const box = outbox()
    await expect(byMail(box.mailer, catalog, factsFor().policy)(delivery(null))).rejects.toThrow(
      'needs an address',
    )
    expect(box.sent).toEqual([])
  })
})

describe('a texted code', () => {
  const texted = async (host: string | null) => {
    const box = outbox()
    await bySms(box.smsSender, catalog, factsFor({ host }).policy)(delivery('+15550001'))
    return box.to('+15550001')[0]?.message
  }

  test('WICG origin-bound codes: binds the code to the host in its last line', async () => {
    const message = await texted('login.acme.test')
    expect(message?.text.split('\n').at(-1)).toBe('@login.acme.test #012345')
    expect(message?.text).toBe('012345|Acme\n\n@login.acme.test #012345')
  })

  test('is bound to nothing where the policy names no host', async () => {
    expect(await texted(null)).toEqual({
      kind: 'code',
      to: '+15550001',
      text: '012345|Acme',
    })
  })

  test('goes nowhere without a number', async () => {
    const box = outbox()
    await expect(bySms(box.smsSender, catalog, factsFor().policy)(delivery(null))).rejects.toThrow(
      'needs a number',
    )
    expect(box.sent).toEqual([])
  })
})
