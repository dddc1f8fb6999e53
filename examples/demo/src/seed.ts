import { phoneNumbers } from '@sallyport/adapters-delivery'
import {
  createTwoFactor,
  type EnrollInput,
  InputError,
  type Keys,
  type Store,
  systemClock,
} from '@sallyport/core'
import type { FindUser } from '@sallyport/http'
import { decodeBase32 } from './config/base32.ts'
import type { DemoConfig } from './config/demo-config.ts'
import { UsageError } from './usage-error.ts'

interface SeedPorts {
  readonly store: Store
  readonly keys: Keys
  readonly findUser: FindUser
}

const DAY_MS = 86_400_000

/**
 * Enrolls what the configuration says, of users whose factors nobody has changed yet: what they have set up, or
 * disabled, outlives a restart. It is done as of yesterday and tells nobody, so that it uses up no one's
 * budget of messages.
 *
 * @throws {UsageError} For an enrollment that cannot be made.
 */
export async function seed({ users, policy }: DemoConfig, ports: SeedPorts): Promise<void> {
  const twoFactor = createTwoFactor({
    ...ports,
    policy,
    clock: { now: () => systemClock.now() - DAY_MS, wait: systemClock.wait },
    mailer: { send: async () => undefined },
    sms: { send: async () => undefined },
    phoneNumbers: phoneNumbers(),
  })
  for (const [userIndex, { id, enrollments = [] }] of users.entries()) {
    if ((await twoFactor.users.get(id)).epoch > 0) continue
    for (const [index, enrollment] of enrollments.entries()) {
      try {
        await twoFactor.users.enroll(id, toInput(enrollment))
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        throw new UsageError(`users.${userIndex}.enrollments.${index} cannot be enrolled: ${error.message}`)
      }
    }
  }
}

function toInput(enrollment: NonNullable<DemoConfig['users'][number]['enrollments']>[number]): EnrollInput {
  const { method } = enrollment
  switch (method) {
    case 'authenticator':
      return { method, secret: decodeBase32(enrollment.secret) }
    case 'sms':
      return { method, address: enrollment.phone }
    case 'email':
      return { method }
  }
}
