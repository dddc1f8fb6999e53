import { inspect } from 'node:util'
import { type SmtpMailerOptions, smtpMailer } from '@sallyport/adapters-delivery'
import { ConfigError, DeliveryRefused, type MailMessage } from '@sallyport/core'
import { describe, expect, test } from 'vitest'
import { localhostCertificate } from './localhost-certificate.ts'
import { deadPort, mailServer, type Script, scriptedServer } from './mail-server.ts'

const PASSWORD = 'hunter2/%'
const CODE = '493817'

const codeMail: MailMessage = {
  kind: 'code',
  to: 'ana@acme.test',
  subject: 'Ihr Zugangscode für Müller & Söhne ✓',
  text: `Your code is ${CODE}. It is valid for 10 minutes, once.`,
}

interface Target {
  readonly port: number
  readonly host?: string
  readonly scheme?: 'smtp' | 'smtps'
  readonly login?: boolean
}

/** A mailer that trusts the loopback's certificate, and needs no TLS unless asked. */
function mailer(
  { port, host = '127.0.0.1', scheme = 'smtp', login = false }: Target,
  options: Partial<SmtpMailerOptions> = {},
) {
  const user = login ? `ana:${encodeURIComponent(PASSWORD)}@` : ''
  return smtpMailer(`${scheme}://${user}${host}:${port}`, {
    from: 'Acme Ünlimited <login@acme.test>',
    dangerouslyAllowPlaintext: true,
    timeoutMs: 5_000,
    ca: localhostCertificate,
    ...options,
  })
}

/** What a send was rejected with. No such error may hold the code, the password or the recipient anywhere in it. */
async function failure(sent: Promise<void>): Promise<Error> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('it was sent')
  const everything = inspect(error, { depth: 9, showHidden: true })
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  for (const secret of [
    CODE,
    PASSWORD,
    'hunter2',
    'ana@acme',
    base64(`\0ana\0${PASSWORD}`),
    base64(PASSWORD),
  ])
    expect(everything).not.toContain(secret)
  return error
}

const reply = (text: string, responseCode: number): Error => Object.assign(new Error(text), { responseCode })

describe('a mail arrives', () => {
  test('as text and HTML, from the sender to the one recipient, with a subject that is not ASCII', async () => {
    const { port, received } = await mailServer()
    await mailer({ port }).send(codeMail)
    expect(received).toHaveLength(1)
    const [{ mail, from, to, user }] = received as [(typeof received)[number]] // counted just now
    expect({ from, to, user }).toEqual({ from: 'login@acme.test', to: ['ana@acme.test'], user: undefined })
    expect(mail.from).toMatchObject({ name: 'Acme Ünlimited', address: 'login@acme.test' })
    expect(mail.to).toEqual([{ name: '', address: 'ana@acme.test' }])
    expect(mail.subject).toBe(codeMail.subject)
    expect(mail.text?.trim()).toBe(codeMail.text)
    expect(mail.html).toContain(`>${CODE}</strong>`)
    expect(mail.headers).toContainEqual(
      expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }),
    )
  })

  test('with a login, whose password is percent-encoded in the URL', async () => {
    let seen: string | undefined | null
    const { port, received } = await mailServer({
      onAuth: ({ username, password }, _session, answer) => {
        seen = password
        answer(null, { user: username ?? '' })
      },
    })
    await mailer({ port, login: true }).send(codeMail)
    expect(seen).toBe(PASSWORD)
    expect(received[0]?.user).toBe('ana')
  })

  test.each([
    ['smtp', false],
    ['smtps', true],
  ] as const)('over TLS with a certificate of the host’s own: %s', async (scheme, secure) => {
    const { port, received } = await mailServer({ secure })
    await mailer({ port, scheme, host: 'localhost' }, { dangerouslyAllowPlaintext: false }).send(codeMail)
    expect(received.map(({ isSecure }) => isSecure)).toEqual([true])
  })

  test('as text alone where the host’s own renderer says so, and as its HTML where it gives some', async () => {
    const { port, received } = await mailServer()
    const html = ({ kind, text }: MailMessage) => (kind === 'code' ? null : `<p>own: ${text.length}</p>`)
    const own = mailer({ port }, { html })
    await own.send(codeMail)
    await own.send({ ...codeMail, kind: 'help', text: 'abc' })
    expect(received.map(({ mail }) => mail.html?.trim())).toEqual([undefined, '<p>own: 3</p>'])
    expect(received[0]?.raw).not.toContain('text/html')
  })

  test('many at once, each once', async () => {
    const { port, received } = await mailServer()
    const one = mailer({ port })
    const to = Array.from({ length: 20 }, (_, index) => `user${index}@acme.test`)
    await Promise.all(to.map((address) => one.send({ ...codeMail, to: address })))
    expect(received.flatMap((each) => each.to).sort()).toEqual(to.sort())
  })

  test('CWE-93: a label that looks like the end of the content or a header stays text', async () => {
    const { port, received } = await mailServer()
    const text = 'Hello.\r\n.\r\nRCPT TO:<eve@acme.test>\r\n\r\nBcc: eve@acme.test\n..\n'
    await mailer({ port }).send({ ...codeMail, text })
    expect(received.map(({ to }) => to)).toEqual([['ana@acme.test']])
    expect(received[0]?.mail.text?.trimEnd().split('\n')).toEqual(text.trimEnd().split(/\r?\n/))
    expect(received[0]?.mail.bcc).toBeUndefined()
  })
})

describe('surely not sent', () => {
  const refused = async (sent: Promise<void>, says: RegExp): Promise<void> => {
    const error = await failure(sent)
    expect(error).toBeInstanceOf(DeliveryRefused)
    expect(error.message).toMatch(says)
  }

  test('nobody listens', async () => {
    await refused(mailer({ port: await deadPort(), login: true }).send(codeMail), /connecting.*ECONNREFUSED/)
  })

  test('there is no such host', async () => {
    await refused(mailer({ port: 25, host: 'mail.invalid' }).send(codeMail), /connecting/)
  })

  test('the server refuses the login, and repeats what it was sent', async () => {
    const onAuth = mailServer({
      onAuth: ({ username, password }, _session, answer) =>
        answer(reply(`5.7.8 no ${username}:${password}`, 535)),
    })
    const { port, received } = await onAuth
    await refused(mailer({ port, login: true }).send(codeMail), /logging in \(EAUTH, 535\)/)
    expect(received).toEqual([])
  })

  test('the server offers no login, and a password was to be used', async () => {
    const port = await scriptedServer({ AUTH: '502 what?' })
    await refused(mailer({ port, login: true }).send(codeMail), /logging in/)
  })

  test('the server refuses the recipient, and repeats it', async () => {
    const { port, received } = await mailServer({
      onRcptTo: ({ address }, _session, answer) => answer(reply(`no ${address} here, nor ${CODE}`, 550)),
    })
    await refused(mailer({ port }).send(codeMail), /sending \(EENVELOPE, 550\)/)
    expect(received).toEqual([])
  })

  test('the server refuses the sender', async () => {
    const { port } = await mailServer({
      onMailFrom: (_address, _session, answer) => answer(reply('no', 553)),
    })
    await refused(mailer({ port }).send(codeMail), /sending \(EENVELOPE, 553\)/)
  })

  test.each([554, 452])('the server refuses the content with %i, and repeats it', async (status) => {
    const { port } = await mailServer({
      onData(stream, _session, answer) {
        stream.resume()
        stream.on('end', () => answer(reply(`spam: ${codeMail.text}`, status)))
      },
    })
    await refused(mailer({ port }).send(codeMail), new RegExp(`refused it \\(EMESSAGE, ${status}\\)`))
  })

  test.each(['smtp', 'smtps'] as const)('TLS is required, and the server has none: %s', async (scheme) => {
    const { port, received } = await mailServer({ disabledCommands: ['STARTTLS'] })
    const target = { port, scheme, host: 'localhost', login: true } as const
    await refused(mailer(target, { dangerouslyAllowPlaintext: false }).send(codeMail), /connecting/)
    expect(received).toEqual([])
  })

  test.each([
    ['smtp', false],
    ['smtps', true],
  ] as const)('the certificate is trusted by nobody: %s', async (scheme, secure) => {
    const { port, received } = await mailServer({ secure })
    const url = `${scheme}://ana:hunter2@localhost:${port}`
    const sent = smtpMailer(url, { from: 'login@acme.test', dangerouslyAllowPlaintext: true }).send(codeMail)
    await refused(sent, /connecting \(\w+, DEPTH_ZERO_SELF_SIGNED_CERT\)/)
    expect(received).toEqual([])
  })

  const scripts: readonly (readonly [what: string, script: Script])[] = [
    ['hangs before its greeting', { CONNECT: '' }],
    ['hangs after EHLO', { EHLO: '' }],
    ['hangs at the sender', { MAIL: '' }],
    ['hangs at DATA', { DATA: '' }],
    ['hangs up at once', { CONNECT: null }],
    ['hangs up at the recipient', { RCPT: null }],
    ['hangs up at DATA', { DATA: null }],
    ['closes its service instead of a greeting', { CONNECT: '421 not now' }],
    ['closes its service at DATA', { DATA: '421 not now' }],
    ['refuses DATA', { DATA: '554 no' }],
    ['closes its service instead of taking the content', { '.': '421 not now' }],
    ['speaks another protocol', { CONNECT: 'HTTP/1.1 400 Bad Request' }],
  ]
  test.each(scripts)('the server %s', async (_what, script) => {
    const port = await scriptedServer(script)
    await refused(mailer({ port }, { timeoutMs: 150 }).send(codeMail), /^the mail was not sent/)
  })

  test('the mailer is closed, before or during the connection', async () => {
    const port = await scriptedServer({ CONNECT: '' })
    const one = mailer({ port })
    const sent = one.send(codeMail)
    one.close()
    await refused(sent, /closed|connecting/)
    await refused(one.send(codeMail), /closed/)
  })

  test('the host’s renderer fails', async () => {
    const { port, received } = await mailServer()
    const html = ({ text }: MailMessage): string => {
      throw new Error(text)
    }
    await refused(mailer({ port }, { html }).send(codeMail), /renderer/)
    expect(received).toEqual([])
  })

  test.each([
    'ana@acme.test, eve@acme.test',
    'ana@acme.test;eve@acme.test',
    'ana@acme.test eve@acme.test',
    'Ana <ana@acme.test>',
    '<ana@acme.test>',
    'all:ana@acme.test,eve@acme.test;',
    'ana@acme.test\r\nBcc: eve@acme.test',
    'ana@acme.test\r\nRCPT TO:<eve@acme.test>',
    'ana@acme.test\n',
    'ana\r@acme.test',
    'ana\0@acme.test',
    'ana\u2028@acme.test',
    'ana\u202E@acme.test',
    '"ana@acme.test "@eve.test',
    '(ana@acme.test)eve@acme.test',
    'ana@acme.test@eve.test',
    '@eve.test:ana@acme.test',
    'ana',
    '@',
    '',
    `${'a'.repeat(250)}@b.test`,
  ])('CWE-93: a recipient that is not one plain address: %j', async (to) => {
    const { port, received } = await mailServer()
    const error = await mailer({ port })
      .send({ ...codeMail, to })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DeliveryRefused)
    expect(String(error)).toMatch(/not one plain mail address$/)
    expect(received).toEqual([])
  })

  test.each(['Code\r\nBcc: eve@acme.test', 'Code\n', 'Code\0', 'Code\u2028'])(
    'CWE-93: a subject with control characters: %j',
    async (subject) => {
      const { port, received } = await mailServer()
      await refused(mailer({ port }).send({ ...codeMail, subject }), /subject/)
      expect(received).toEqual([])
    },
  )
})

describe('nobody knows whether it was sent', () => {
  const unknown = async (sent: Promise<void>): Promise<void> => {
    const error = await failure(sent)
    expect(error).not.toBeInstanceOf(DeliveryRefused)
    expect(error.message).toMatch(/^it is not known whether the mail was sent/)
  }

  test('the server took the content and hangs', async () => {
    const { port } = await mailServer({ onData: (stream) => void stream.resume() })
    await unknown(mailer({ port }, { timeoutMs: 300 }).send(codeMail))
  })

  const scripts: readonly (readonly [what: string, script: Script])[] = [
    ['hangs up after the content', { '.': null }],
    ['answers the content with garbage', { '.': 'what?' }],
    ['had refused EHLO, and hangs up after the content', { EHLO: '502 no', HELO: '250 ok', '.': null }],
  ]
  test.each(scripts)('the server %s', async (_what, script) => {
    await unknown(mailer({ port: await scriptedServer(script) }).send(codeMail))
  })

  test('the mailer is closed after the content was handed over', async () => {
    let one: ReturnType<typeof mailer> | undefined
    const { port } = await mailServer({
      onData(stream) {
        stream.resume()
        stream.on('end', () => one?.close())
      },
    })
    one = mailer({ port })
    await unknown(one.send(codeMail))
  })
})

describe('a fault of the configuration names its field, and echoes nothing', () => {
  const from = 'login@acme.test'
  const bad: readonly (readonly [field: string, url: string | undefined, options: object])[] = [
    ['url', undefined, { from }],
    ['url', '', { from }],
    ['url', `mail.acme.test?hunter2`, { from }],
    ['url', `https://ana:hunter2@mail.acme.test`, { from }],
    ['url', `smtp://ana:hunter2@`, { from }],
    ['url', `smtp://ana:hunter2@mail.acme.test:99999`, { from }],
    ['url', `smtp://ana:hunter2@mail.acme.test/path`, { from }],
    ['url', `smtp://ana:hunter2@mail.acme.test?pool=true`, { from }],
    ['url', `smtp://hunter2@mail.acme.test`, { from }],
    ['url', `smtp://ana:hunter2%@mail.acme.test`, { from }],
    ['from', 'smtp://mail.acme.test', { from: undefined }],
    ['from', 'smtp://mail.acme.test', { from: 'Acme' }],
    ['from', 'smtp://mail.acme.test', { from: 'a@acme.test, b@acme.test' }],
    ['from', 'smtp://mail.acme.test', { from: 'Acme\r\nBcc: eve@acme.test <a@acme.test>' }],
    ['from', 'smtp://mail.acme.test', { from: 'all: a@acme.test;' }],
    ['html', 'smtp://mail.acme.test', { from, html: '<p>' }],
    ['ca', 'smtp://mail.acme.test', { from, ca: 'hunter2' }],
    ...[0, -1, 1.5, Number.NaN, 2 ** 31, '5'].map(
      (timeoutMs) => ['timeoutMs', 'smtp://mail.acme.test', { from, timeoutMs }] as const,
    ),
  ]
  test.each(bad)('%s: %s %o', (field, url, options) => {
    const configured = () => smtpMailer(url, options as SmtpMailerOptions) // as plain JavaScript would
    expect(configured).toThrow(ConfigError)
    expect(configured).toThrow(new RegExp(`^${field}: must `))
    expect(configured).not.toThrow(/hunter2|acme\.test, b|eve/)
  })

  test('all of them at once', () => {
    expect(() => smtpMailer('http://x', { from: '', timeoutMs: 0 })).toThrow(
      /^url: .+; from: .+; timeoutMs: /,
    )
  })
})
