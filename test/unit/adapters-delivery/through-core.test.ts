import { smtpMailer, twilioSms } from '@sallyport/adapters-delivery'
import { memoryStore } from '@sallyport/adapters-memory'
import { inState, outcomeOf, refusalOf, scenario } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { mailServer } from './mail-server.ts'
import { ACCOUNT, failed, TOKEN, twilioStandIn } from './twilio-stand-in.ts'

const codeIn = (text: string | undefined): string => /(?<!\w)\d{6}(?!\w)/.exec(text ?? '')?.[0] ?? 'no code'

/** A deployment whose mail goes over SMTP to a server on the loopback, which refuses as many as it is told to. */
async function deploy() {
  let left = 0
  const { port, received } = await mailServer({
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, answer) =>
      left-- > 0 ? answer(Object.assign(new Error('not now'), { responseCode: 450 })) : answer(),
  })
  const mailer = smtpMailer(`smtp://127.0.0.1:${port}`, {
    from: 'login@acme.test',
    dangerouslyAllowPlaintext: true,
  })
  return {
    received,
    refuse(count: number) {
      left = count
    },
    ...scenario({ store: memoryStore(), mailer, policy: { issuer: 'Müller & <Söhne>' } }),
  }
}

test('a login by a code that came by mail', async () => {
  const { given, when, received } = await deploy()
  await given.factor('ana', 'email')
  const step = inState(await when.login('ana'), 'challenging')
  const mail = received.at(-1)?.mail
  expect(mail?.subject).toBe('Your Müller & <Söhne> code')
  expect(mail?.html).toContain(`>${codeIn(mail?.text)}</strong>`)
  expect(mail?.html).toContain('Müller &amp; &lt;Söhne&gt;')
  expect(outcomeOf(await when.prove(step, codeIn(mail?.text)), 'authenticated').amr).toContain('otp')
})

test('a refused mail is told as such, and can be asked for again at once', async () => {
  const { given, when, received, refuse } = await deploy()
  await given.factor('ana', 'email')
  refuse(1)
  const step = await when.login('ana')
  expect(refusalOf(step)).toBe('delivery_failed')
  const again = await when.send(step, { type: 'resend_requested' })
  expect(again.refusal).toBeNull()
  const code = codeIn(received.at(-1)?.mail.text)
  outcomeOf(await when.prove(inState(again, 'challenging'), code), 'authenticated')
})

test('a login by a code that Twilio refused at first', async () => {
  const { baseUrl, forms } = await twilioStandIn(failed(400, 21611))
  const sms = twilioSms({ accountSid: ACCOUNT, authToken: TOKEN, from: 'Acme', baseUrl })
  const { given, when } = scenario({ store: memoryStore(), sms, policy: { host: 'acme.test' } })
  await given.factor('ana', 'sms', '+4915123456789')
  const step = await when.login('ana')
  expect(refusalOf(step)).toBe('delivery_failed')
  const again = inState(await when.send(step, { type: 'resend_requested' }), 'challenging')
  const { Body = '' } = forms.at(-1) ?? {}
  expect(Body.split('\n').at(-1)).toBe(`@acme.test #${codeIn(Body)}`)
  outcomeOf(await when.prove(again, codeIn(Body)), 'authenticated')
})
