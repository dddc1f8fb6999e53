import { phoneNumbers } from '@sallyport/adapters-delivery'
import { createTwoFactor } from '@sallyport/core'
import { bearerTokens, createTwoFactorHttp, sealedSessions } from '@sallyport/http'
import { type NodeListener, toNodeListener } from '@sallyport/http/node'
import type { DemoConfig } from './config/demo-config.ts'
import { toHttpOptions } from './config/to-http-options.ts'
import { createDelivery } from './delivery.ts'
import { createDemoPages } from './demo-pages.ts'
import { createDevEndpoints } from './dev/endpoints.ts'
import { withDevEndpoints } from './dev/listener.ts'
import { withHome } from './home.ts'
import { movableClock } from './movable-clock.ts'
import type { OpenedStore } from './open-store.ts'
import { createPeople } from './people.ts'
import { memoryRevocations } from './revocations.ts'
import { seed } from './seed.ts'

interface DemoOptions {
  readonly config: DemoConfig
  readonly opened: Pick<OpenedStore, 'store' | 'keys'>
  readonly isDev: boolean
  readonly onError: (error: unknown) => void
}

/** The application: what a server is made of that has users and passwords, and wants a second factor. */
export interface Demo {
  readonly listener: NodeListener
  /** Removes the flows that have ended; to be called now and then. */
  purge(): Promise<unknown>
}

export async function createDemo({ config, opened, isDev, onError }: DemoOptions): Promise<Demo> {
  const { store, keys } = opened
  const clock = movableClock()
  const people = await createPeople(config.users, keys)
  const { findUser } = people
  await seed(config, { store, keys, findUser })

  const delivery = createDelivery(config.senders, { keepsOutbox: isDev })
  const twoFactor = createTwoFactor({
    policy: config.policy,
    store,
    keys,
    clock,
    findUser,
    mailer: delivery.mailer,
    sms: delivery.sms,
    phoneNumbers: phoneNumbers(),
  })
  const { origin, cookieNames = {} } = config.http
  const sealed = { keys, findUser, clock, revocations: memoryRevocations(clock) }
  const sessions = sealedSessions({
    ...sealed,
    ...(origin === undefined ? {} : { origin }),
    ...(cookieNames.session === undefined ? {} : { cookieName: cookieNames.session }),
  })
  const pages = createDemoPages(config)
  const http = createTwoFactorHttp({
    ...toHttpOptions(config.http),
    twoFactor,
    findUser,
    keys,
    clock,
    sessions,
    bearer: bearerTokens(sealed),
    verifyPassword: people.verifyPassword,
    dummyVerify: people.dummyVerify,
    pages,
    onError,
  })
  const listener = toNodeListener(withHome({ http, pages, sessions, findUser }))
  const dev = createDevEndpoints({
    clock,
    people,
    outbox: delivery.outbox,
    twoFactor,
    renderPage: (title, content) => pages.render({ site: http.site, title, content, user: null }),
  })
  return {
    listener: isDev ? withDevEndpoints(toNodeListener(dev), listener) : listener,
    purge: () => twoFactor.purge(),
  }
}
