import type { DemoConfig } from './demo-config.ts'
import { noSenders } from './senders.ts'

/** What the server is without `--config`: two users, one of whom has her codes mailed already. */
export const defaultConfig: DemoConfig = {
  policy: {
    issuer: 'Sallyport demo',
    methods: ['authenticator', 'email', 'sms'],
    remember: { days: 7 },
    rescue: { email: {}, help: 'help@acme.test' },
  },
  users: [
    { id: 'ada', email: 'ada@acme.test', username: 'ada', password: 'analytical-engine', required: true },
    {
      id: 'grace',
      email: 'grace@acme.test',
      username: 'grace',
      password: 'harvard-mark-one',
      enrollments: [{ method: 'email' }],
    },
  ],
  senders: noSenders,
  http: {},
}
