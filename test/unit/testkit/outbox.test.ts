import { DeliveryRefused } from '@sallyport/core'
import { outbox } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'

const mail = (text: string, to = 'ada@example.test') => ({ to, subject: 'Your code', text, kind: 'code' })
const sms = (text: string, to = '+4915112345678') => ({ to, text, kind: 'code' })

describe('outbox', () => {
  test('keeps mails and text messages in the order they arrive', async () => {
    const box = outbox()
    await box.mailer.send(mail('one'))
    await box.smsSender.send(sms('two'))
    expect(box.sent).toEqual([
      { channel: 'email', message: mail('one') },
      { channel: 'sms', message: sms('two') },
    ])
    expect(box.to('+4915112345678')).toEqual([{ channel: 'sms', message: sms('two') }])
    box.clear()
    expect(box.sent).toEqual([])
  })

  test('refuses a message when told to: it did not arrive, and the sender knows', async () => {
    const box = outbox()
    box.next('refuse')
    await expect(box.mailer.send(mail('one'))).rejects.toBeInstanceOf(DeliveryRefused)
    expect(box.sent).toEqual([])
  })

  test('loses a message when told to: it did not arrive, and the sender does not know', async () => {
    const box = outbox()
    box.next('lose')
    await expect(box.mailer.send(mail('one'))).rejects.not.toBeInstanceOf(DeliveryRefused)
    expect(box.sent).toEqual([])
  })

  test('fails after sending when told to: it arrives, and the sender does not know', async () => {
    const box = outbox()
    box.next('fail_after_sending')
    await expect(box.smsSender.send(sms('123456'))).rejects.toThrow()
    expect(box.lastCode('+4915112345678')).toBe('123456')
  })

  test('hangs when told to, and delivers late', async () => {
    const box = outbox()
    box.next('hang', 'hang')
    const sending = [box.mailer.send(mail('one')), box.mailer.send(mail('two'))]
    expect([box.hanging, box.sent.length]).toEqual([2, 0])
    box.release()
    await Promise.all(sending)
    expect([box.hanging, box.sent.length]).toEqual([0, 2])
  })

  test('misbehaves once for each time it was told to, then delivers again', async () => {
    const box = outbox()
    box.next('refuse')
    box.next('lose')
    await expect(box.mailer.send(mail('one'))).rejects.toThrow('refused')
    await expect(box.smsSender.send(sms('two'))).rejects.toThrow('lost')
    await box.mailer.send(mail('three'))
    expect(box.sent).toHaveLength(1)
  })
})

describe('lastCode', () => {
  const found: readonly (readonly [text: string, code: string])[] = [
    ['Your Acme code is 123456.', '123456'],
    ['123456', '123456'],
    ['Code: 00012345\nValid until 10:35.', '00012345'],
    ['1234567 is your code', '1234567'],
    ['Your code is 654321\n\n@acme.test #654321', '654321'],
    ['In 2026 it was 12345, call +4915112345678 or 555-123456; your code is 222333', '222333'],
    ['Version 1.123456 of build ab123456; 987654', '987654'],
  ]
  test.each(found)('reads the code in %j', async (text, code) => {
    const box = outbox()
    await box.mailer.send(mail(text))
    expect(box.lastCode('ada@example.test')).toBe(code)
  })

  test('reads the last message to that address', async () => {
    const box = outbox()
    await box.mailer.send(mail('111111'))
    await box.mailer.send(mail('222222'))
    await box.mailer.send(mail('333333', 'bob@example.test'))
    expect(box.lastCode('ada@example.test')).toBe('222222')
  })

  test('says that nothing arrived, or that there is no code in what did', async () => {
    const box = outbox()
    await box.mailer.send(mail('no code here: 12345 123456789'))
    expect(() => box.lastCode('bob@example.test')).toThrow('nothing arrived at bob@example.test')
    expect(() => box.lastCode('ada@example.test')).toThrow('(code) holds no code')
  })
})
