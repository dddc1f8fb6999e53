import mysql from 'mysql2/promise'
import pg from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  freshPrefix,
  mysqlUnavailable,
  mysqlUrl,
  postgresUnavailable,
  postgresUrl,
} from '../contract/databases.ts'
import { mailServer } from '../unit/adapters-delivery/mail-server.ts'
import { ACCOUNT, TOKEN, twilioStandIn } from '../unit/adapters-delivery/twilio-stand-in.ts'
import { configFile, startDemo } from './start-demo.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // processes start and hash passwords, perhaps on a busy machine

const password = 'correct horse battery staple'
const user = (id: string, enrollments: readonly object[]) => ({
  id,
  email: `${id}@acme.test`,
  password,
  enrollments,
})

const codeIn = (text: string | undefined): string => /\b\d{6}\b/.exec(text ?? '')?.[0] ?? `no code in ${text}`

test('with smtp and twilio in its configuration, codes go over both, and log in', async () => {
  const mails = await mailServer({ hideSTARTTLS: true }) // a mail catcher: no TLS on the loopback
  const texts = await twilioStandIn()
  const policy = { issuer: 'Acme', methods: ['authenticator', 'email', 'sms'] }
  const config = configFile({
    policy,
    users: [user('mia', [{ method: 'email' }]), user('sam', [{ method: 'sms', phone: '+4915123456789' }])],
    smtp: `smtp://127.0.0.1:${mails.port}`,
    twilio: { accountSid: ACCOUNT, authToken: TOKEN, from: '+4915199999999', baseUrl: texts.baseUrl },
  })
  const demo = await startDemo(['--store', 'memory', '--config', config])
  onTestFinished(async () => void (await demo.stop()))

  const mia = demo.newBrowser()
  await mia.post('/login', { email: 'mia@acme.test', password })
  expect(mails.received).toMatchObject([{ to: ['mia@acme.test'], mail: { subject: 'Your Acme code' } }])
  expect(await mia.post('/tf-validate', { code: codeIn(mails.received[0]?.mail.text) })).toMatchObject({
    status: 200,
  })

  const sam = demo.newBrowser()
  await sam.post('/login', { email: 'sam@acme.test', password })
  expect(texts.forms).toMatchObject([{ To: '+4915123456789', From: '+4915199999999' }])
  expect(await sam.post('/tf-validate', { code: codeIn(texts.forms[0]?.['Body']) })).toMatchObject({
    status: 200,
  })
  expect(demo.output()).not.toContain(TOKEN)
})

const databases = [
  {
    name: 'PostgreSQL',
    url: postgresUrl,
    unavailable: postgresUnavailable,
    async run(statement: string) {
      const client = new pg.Client({ connectionString: postgresUrl })
      await client.connect()
      await client.query(statement).finally(() => client.end())
    },
  },
  {
    name: 'MariaDB',
    url: mysqlUrl,
    unavailable: mysqlUnavailable,
    async run(statement: string) {
      const connection = await mysql.createConnection(mysqlUrl)
      await connection.query(statement).finally(() => connection.end())
    },
  },
]

describe.each(databases)('on $name', ({ name, url, unavailable, run }) => {
  test('it makes its tables, and what was enrolled is there after a restart', async ({ skip }) => {
    const why = await unavailable()
    if (process.env['CI'] !== undefined) expect(why, `${name} must answer in CI`).toBeNull()
    if (why !== null) skip(`${name}: ${why}`)
    const database = `demo_${freshPrefix()}`
    await run(`create database ${database}`)
    onTestFinished(() => run(`drop database ${database}`))
    const store = new URL(url)
    store.pathname = `/${database}`
    const config = configFile({
      policy: { issuer: 'Acme', methods: ['email'] },
      users: [user('mia', [{ method: 'email' }])],
    })
    const args = ['--store', store.href, '--config', config, '--dev']
    for (const _run of ['first', 'second']) {
      const demo = await startDemo(args)
      const browser = demo.newBrowser()
      const { response } = await browser.post('/login', { email: 'mia@acme.test', password })
      expect(response).toMatchObject({ tf_required: true, tf_method: 'email' })
      const code = await demo.lastCode('mia@acme.test')
      expect(await browser.post('/tf-validate', { code })).toMatchObject({ status: 200 })
      await demo.advance(120) // past the pause before the next code
      expect(await demo.stop()).toBe(0)
    }
  })
})
