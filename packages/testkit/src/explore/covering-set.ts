import type { PolicyInput } from '@sallyport/core'
import { type RunKind, runKinds, type UserKind, userKinds } from './beginnings.ts'
import { pairwise } from './covering.ts'
import { type Deployment, START_MS } from './world.ts'

/** A deployment, a user and what they are about to do: one search. */
export interface Case {
  readonly deployment: Deployment
  readonly user: UserKind
  readonly run: RunKind
}

/** What may vary from host to host and from user to user, as far as a rule decides on it. */
const factors = {
  methods: [
    ['authenticator'],
    ['sms'],
    ['authenticator', 'email'],
    ['email', 'sms'],
    ['sms', 'authenticator', 'email'],
  ],
  user: userKinds,
  run: runKinds,
  required: ['no', 'yes', 'yes, but enrolled elsewhere'],
  rememberDays: [null, 0, 7],
  recoveryCodes: [true, false],
  emailRescue: [false, { mayChangeFactors: false }, { mayChangeFactors: true }],
  help: [false, 'help@acme.test'],
  dangerouslyShowAgain: [false, true],
  mailAddress: ['bob@acme.test', null],
  session: ['fresh', 'fresh, after a mailed link', 'of a first factor alone'],
} as const

/** The covering set: any two values of any two factors meet in one of its cases. */
export const coveringSet: readonly Case[] = pairwise(factors).map((row) => {
  const policy: PolicyInput = {
    issuer: 'Acme',
    methods: row.methods,
    required: row.required !== 'no',
    enrollAtLogin: row.required !== 'yes, but enrolled elsewhere',
    remember: row.rememberDays === null ? false : { days: row.rememberDays },
    rescue: {
      recoveryCodes: row.recoveryCodes,
      email: row.emailRescue,
      help: row.help,
      dangerouslyShowAgain: row.dangerouslyShowAgain,
    },
  }
  const caller = {
    firstFactorAt: START_MS,
    firstFactorChannel: row.session === 'fresh, after a mailed link' ? 'email' : null,
    secondFactorAt: row.session === 'of a first factor alone' ? null : START_MS,
  } as const
  return {
    deployment: {
      policy,
      user: { email: row.mailAddress },
      caller,
    },
    user: row.user,
    run: row.run,
  }
})
