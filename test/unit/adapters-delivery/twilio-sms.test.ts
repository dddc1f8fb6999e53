import { inspect } from 'node:util'
import { type Fetch, type TwilioSmsOptions, twilioSms } from '@sallyport/adapters-delivery'
import { ConfigError, DeliveryRefused, type SmsMessage } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { deadPort } from './mail-server.ts'
import { ACCOUNT, type Answer, failed, MESSAGE, TOKEN, twilioStandIn } from './twilio-stand-in.ts'

const SERVICE = `MG${'0123456789abcdef'.repeat(2)}`
const message: SmsMessage = {
  kind: 'code',
  to: '+4915123456789',
  text: '493817 is your Müller & Söhne code = 100% ✓\n\n@acme.test #493817',
}

const sender = (baseUrl: string, options: object = {}) =>
  twilioSms({
    accountSid: ACCOUNT,
    authToken: TOKEN,
    from: '+15005550006',
    baseUrl,
    timeoutMs: 5_000,
    ...options,
  })

/** What a send was rejected with. No such error may hold the code, the number or the secret anywhere in it. */
async function failure(sent: Promise<void>): Promise<Error> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('it was sent')
  const everything = inspect(error, { depth: 9, showHidden: true })
  for (const secret of ['493817', '5123456789', TOKEN, btoa(`${ACCOUNT}:${TOKEN}`)])
    expect(everything).not.toContain(secret)
  return error
}

async function refused(sent: Promise<void>, says: RegExp): Promise<void> {
  const error = await failure(sent)
  expect(error).toBeInstanceOf(DeliveryRefused)
  expect(error.message).toMatch(says)
}

async function unknown(sent: Promise<void>, says: RegExp): Promise<void> {
  const error = await failure(sent)
  expect(error).not.toBeInstanceOf(DeliveryRefused)
  expect(error.message).toMatch(/^it is not known whether the text was sent/)
  expect(error.message).toMatch(says)
}

describe('a text arrives', () => {
  test('as a form with the recipient, the sender and the text as it is', async () => {
    const { baseUrl, forms } = await twilioStandIn()
    await sender(baseUrl).send(message)
    expect(forms).toEqual([{ To: message.to, From: '+15005550006', Body: message.text }])
  })

  test('from a messaging service', async () => {
    const { baseUrl, forms } = await twilioStandIn()
    await sender(baseUrl, { from: undefined, messagingServiceSid: SERVICE }).send(message)
    expect(forms).toEqual([{ To: message.to, MessagingServiceSid: SERVICE, Body: message.text }])
  })

  test('at a second try, when the first was one too many at once', async () => {
    const { baseUrl, forms } = await twilioStandIn(failed(429, 20429, { 'Retry-After': '0' }))
    await sender(baseUrl).send(message)
    expect(forms).toHaveLength(2)
  })

  test('at a second try, when at first there was no connection', async () => {
    const { baseUrl, forms } = await twilioStandIn()
    const nowhere = `http://127.0.0.1:${await deadPort()}`
    let calls = 0
    const flaky: Fetch = (url, init) => fetch(calls++ === 0 ? nowhere : url, init)
    await sender(baseUrl, { fetch: flaky }).send(message)
    expect(calls).toBe(2)
    expect(forms).toHaveLength(1)
  })
})

describe('surely not sent', () => {
  const errors: readonly (readonly [status: number, code: number, what: string])[] = [
    [400, 21211, 'not a number'],
    [400, 21610, 'the recipient has unsubscribed'],
    [403, 20403, 'not allowed'],
    [404, 20404, 'no such thing'],
  ]
  test.each(errors)(
    'Twilio answers %i with its error %i: %s; it is not asked again',
    async (status, code) => {
      const { baseUrl, forms } = await twilioStandIn(failed(status, code))
      await refused(
        sender(baseUrl).send(message),
        new RegExp(`Twilio answered ${status} with its error ${code}$`),
      )
      expect(forms).toHaveLength(1)
    },
  )

  test('the secret is wrong', async () => {
    const { baseUrl, forms } = await twilioStandIn()
    await refused(sender(baseUrl, { authToken: 'wrong' }).send(message), /401 with its error 20003$/)
    expect(forms).toEqual([])
  })

  test.each(['<html>Bad gateway +4915123456789', '', 'null', '"493817"', '{"code":"493817"}'])(
    'the answer is 400 and its body %j, of which nothing is repeated',
    async (body) => {
      const { baseUrl } = await twilioStandIn({ status: 400, body })
      await refused(sender(baseUrl).send(message), /Twilio answered 400$/)
    },
  )

  test('too many at once, twice', async () => {
    const busy = failed(429, 20429, { 'Retry-After': '0' })
    const { baseUrl, forms } = await twilioStandIn(busy, busy, busy)
    await refused(sender(baseUrl).send(message), /429 with its error 20429$/)
    expect(forms).toHaveLength(2)
  })

  test('too many at once, and the pause that is asked for is longer than there is time', async () => {
    const { baseUrl, forms } = await twilioStandIn(failed(429, 20429, { 'Retry-After': '60' }))
    await refused(sender(baseUrl).send(message), /429/)
    expect(forms).toHaveLength(1)
  })

  test('nobody listens, at both tries', async () => {
    let calls = 0
    const counting: Fetch = (url, init) => {
      calls += 1
      return fetch(url, init)
    }
    const baseUrl = `http://127.0.0.1:${await deadPort()}`
    await refused(sender(baseUrl, { fetch: counting }).send(message), /ECONNREFUSED/)
    expect(calls).toBe(2)
  })

  test.each([
    '',
    '015123456789',
    '+49 151 23456789',
    '+4915123456789,+15005550006',
    'ana@acme.test',
    '+4915123456789\n',
  ])('the recipient is no number in E.164: %j', async (to) => {
    const twilio = await twilioStandIn()
    const error = await sender(twilio.baseUrl)
      .send({ ...message, to })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DeliveryRefused)
    expect(twilio.requests).toBe(0)
  })
})

describe('nobody knows whether it was sent, and it is not tried again', () => {
  const answers: readonly (readonly [what: string, answer: Answer, says: RegExp])[] = [
    ['an error of Twilio’s own', failed(500, 20500), /500 with its error 20500$/],
    ['a gateway’s error', { status: 503, body: '<html>' }, /503$/],
    ['a broken connection', 'hang up', /broke$/],
    ['half an answer', 'half an answer', /broke$/],
    ['a success that is not Twilio’s', { status: 200, body: '<html>Log in to the network' }, /200$/],
    ['a success that names no message', { status: 201, body: { sid: null } }, /201$/],
    ['a redirect', { status: 307, body: '', headers: { Location: '/elsewhere' } }, /307$/],
  ]
  test.each(answers)('%s', async (_what, answer, says) => {
    const twilio = await twilioStandIn(answer)
    await unknown(sender(twilio.baseUrl).send(message), says)
    expect(twilio.requests).toBe(1)
  })

  test('no answer in time', async () => {
    const twilio = await twilioStandIn('hang')
    await unknown(sender(twilio.baseUrl, { timeoutMs: 150 }).send(message), /in time$/)
    expect(twilio.requests).toBe(1)
  })

  test('no answer in time at the second try', async () => {
    const twilio = await twilioStandIn(failed(429, 20429, { 'Retry-After': '0' }), 'hang')
    await unknown(sender(twilio.baseUrl, { timeoutMs: 300 }).send(message), /in time$/)
    expect(twilio.requests).toBe(2)
  })

  test('a fetch of the host’s own fails with the text in its error', async () => {
    const own: Fetch = () => Promise.reject(new Error(message.text))
    await unknown(sender('http://localhost:1', { fetch: own }).send(message), /broke$/)
  })
})

describe('a fault of the configuration names its field, and echoes nothing', () => {
  const bad: readonly (readonly [field: string, options: object])[] = [
    ['accountSid', { accountSid: undefined }],
    ['accountSid', { accountSid: `${ACCOUNT}/../x` }],
    ['authToken', { authToken: undefined }],
    ['authToken', { authToken: '' }],
    ['authToken', { authToken: 'hunter2 and more' }],
    ['authToken', { authToken: 'hunter2\n' }],
    ['from', { from: undefined }],
    ['from', { from: '015123456789x' }],
    ['from', { from: 'Acme Unlimited' }],
    ['from', { messagingServiceSid: SERVICE }],
    ['messagingServiceSid', { from: undefined, messagingServiceSid: MESSAGE }],
    ['baseUrl', { baseUrl: 'api.twilio.com' }],
    ['baseUrl', { baseUrl: 'http://api.twilio.com' }],
    ['baseUrl', { baseUrl: 'https://ana:hunter2@api.twilio.com' }],
    ['baseUrl', { baseUrl: 'https://api.twilio.com/v1' }],
    ['baseUrl', { baseUrl: 'ftp://localhost' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['fetch', { fetch: 'fetch' }],
  ]
  test.each(bad)('%s: %o', (field, options) => {
    const good = { accountSid: ACCOUNT, authToken: TOKEN, from: '+15005550006' }
    const configured = () => twilioSms({ ...good, ...options } as TwilioSmsOptions) // as plain JavaScript would
    expect(configured).toThrow(ConfigError)
    expect(configured).toThrow(new RegExp(`^${field}: must [^;]+$`))
    expect(configured).not.toThrow(/hunter2/)
  })

  test.each(['+15005550006', '12345', 'Acme', 'Acme 2FA'])('a good sender: %s', (from) => {
    expect(twilioSms({ accountSid: ACCOUNT, authToken: TOKEN, from })).toBeDefined()
  })
})
