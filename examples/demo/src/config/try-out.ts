import { phoneNumbers } from '@sallyport/adapters-delivery'
import { memoryStore } from '@sallyport/adapters-memory'
import { type ConfigFault, createTwoFactor, keyRing } from '@sallyport/core'
import { createTwoFactorHttp } from '@sallyport/http'
import { drawKeys } from '../key-file.ts'
import { collectFaults } from './collect-faults.ts'
import { defaultConfig } from './default-config.ts'
import type { DemoConfig } from './demo-config.ts'
import { toHttpOptions } from './to-http-options.ts'

/** Makes, over nothing, what can only be parsed by making it, and adds what is wrong with it to the faults. */
export function tryOut({ policy, http }: Pick<DemoConfig, 'policy' | 'http'>, faults: ConfigFault[]): void {
  const ports = {
    store: memoryStore(),
    keys: keyRing(drawKeys()),
    findUser: () => null,
    mailer: { send: async () => undefined },
    sms: { send: async () => undefined },
    phoneNumbers: phoneNumbers(),
  }
  collectFaults(
    faults,
    (field) => field,
    () => createTwoFactor({ ...ports, policy }),
  )
  const twoFactor = createTwoFactor({ ...ports, policy: defaultConfig.policy })
  const { prefix = '', paths = {}, ...others } = toHttpOptions(http)
  // In two parts: the parser stops at what is wrong with the first.
  for (const part of [others, { prefix, paths }]) {
    collectFaults(
      faults,
      (field) => `http.${field}`,
      () =>
        createTwoFactorHttp({
          ...part,
          twoFactor,
          findUser: ports.findUser,
          keys: ports.keys,
          verifyPassword: () => ({ kind: 'unknown_user' }),
          dummyVerify: () => undefined,
        }),
    )
  }
}
