import { consoleDelivery, type SenderRegistry, senderRegistry } from '@sallyport/adapters-delivery'
import { ConfigError, type Mailer, type SmsSender } from '@sallyport/core'
import { outbox } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { mailServer } from './mail-server.ts'
import { ACCOUNT, TOKEN, twilioStandIn } from './twilio-stand-in.ts'

const mail = { kind: 'code', to: 'ana@acme.test', subject: 'Your code', text: 'It is 493817.' }
const text = { kind: 'code', to: '+4915123456789', text: '493817 is your code.' }

describe('the console', () => {
  test('prints whole messages', async () => {
    const printed: string[] = []
    const { mailer, sms } = consoleDelivery({ print: (one) => printed.push(one) })
    await mailer.send(mail)
    await sms.send(text)
    expect(printed).toHaveLength(2)
    expect(printed[0]).toMatch(/Mail \(code\) to ana@acme\.test\nSubject: Your code\n\nIt is 493817\.\n/)
    expect(printed[1]).toMatch(/Text message \(code\) to \+4915123456789\n\n493817 is your code\.\n/)
  })

  test('CWE-150: a label cannot steer the terminal', async () => {
    const printed: string[] = []
    const { mailer } = consoleDelivery({ print: (one) => printed.push(one) })
    await mailer.send({ ...mail, text: 'Hello \u001B[2J\u001B]0;x\u0007\r\u202E,\r\nbye' })
    expect(printed[0]).toContain('Hello \uFFFD[2J\uFFFD]0;x\uFFFD\uFFFD\uFFFD,\nbye')
  })
})

describe('the registry', () => {
  test('makes the sender that a name asks for, with its options', async () => {
    const smtp = await mailServer({ disabledCommands: ['STARTTLS'] })
    const { baseUrl, forms } = await twilioStandIn()
    const printed: string[] = []
    const senders = senderRegistry({
      smtp: {
        url: `smtp://127.0.0.1:${smtp.port}`,
        from: 'login@acme.test',
        dangerouslyAllowPlaintext: true,
      },
      twilio: { accountSid: ACCOUNT, authToken: TOKEN, from: '+15005550006', baseUrl },
      console: { print: (one) => printed.push(one) },
    })
    await senders.mailer('smtp').send(mail)
    await senders.sms('twilio').send(text)
    await senders.mailer('console').send(mail)
    await senders.sms('console').send(text)
    expect([smtp.received.length, forms.length, printed.length]).toEqual([1, 1, 2])
  })

  test('makes a host’s own senders, when they are asked for', async () => {
    const box = outbox()
    let made = 0
    const own =
      <Sender>(sender: Sender) =>
      () => {
        made += 1
        return sender
      }
    const senders = senderRegistry({
      mailers: { own: own<Mailer>(box.mailer) },
      smsSenders: { own: own<SmsSender>(box.smsSender) },
    })
    expect(made).toBe(0)
    await senders.mailer('own').send(mail)
    await senders.sms('own').send(text)
    expect(box.sent.map(({ channel }) => channel)).toEqual(['email', 'sms'])
  })

  const unknown: readonly (readonly [name: string | undefined])[] = [
    ['pigeon'],
    ['SMTP'],
    ['toString'],
    ['__proto__'],
    [''],
    [undefined],
  ]
  test.each(unknown)('does not know %j, and lists what it knows', (name) => {
    const senders = senderRegistry({ mailers: { ses: () => outbox().mailer } })
    const fault = (choose: (senders: SenderRegistry) => unknown) => () => choose(senders)
    expect(fault((all) => all.mailer(name))).toThrow(ConfigError)
    expect(fault((all) => all.mailer(name))).toThrow(/^mailer: must be one of console, ses, smtp$/)
    expect(fault((all) => all.sms(name))).toThrow(/^sms: must be one of console, twilio$/)
  })

  test('needs options only of the one that is chosen, and says which are missing or wrong', () => {
    const senders = senderRegistry({ smtp: { url: 'http://ana:hunter2@x', from: 'login@acme.test' } })
    expect(senders.sms('console')).toBeDefined()
    expect(() => senders.sms('twilio')).toThrow(/^twilio: must be given/)
    expect(() => senders.mailer('smtp')).toThrow(/^url: must begin with smtp/)
  })

  test('refuses a name that is built in', () => {
    const registered = () => senderRegistry({ mailers: { smtp: () => outbox().mailer } })
    expect(registered).toThrow(ConfigError)
    expect(registered).toThrow(/^mailers\.smtp: must be another name/)
  })
})
