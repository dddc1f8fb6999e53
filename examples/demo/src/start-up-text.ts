import { defaultConfig } from './config/default-config.ts'
import type { DemoConfig } from './config/demo-config.ts'
import type { OpenedStore } from './open-store.ts'

interface StartUp {
  readonly url: string
  readonly isOnLoopback: boolean
  readonly config: DemoConfig
  readonly place: OpenedStore['place']
  readonly isDev: boolean
}

/** What is printed once the server listens. Passwords are shown of the demo's own users only. */
export function startUpText({ url, isOnLoopback, config, place, isDev }: StartUp): string {
  const { users, senders, http } = config
  const isSeeded = users === defaultConfig.users
  const unsent = [senders.mailer ? '' : 'mails', senders.sms ? '' : 'text messages'].filter(
    (kind) => kind !== '',
  )
  const shown = unsent.length === 0 ? [] : [`${unsent.join(' and ')} are shown here`]
  const kept = isDev ? [`${url}/dev/outbox has all of them`] : []
  const messages = [...shown, ...kept].join('; ') || 'are sent'
  return [
    '',
    `Sallyport demo: ${url}`,
    '',
    ...(isSeeded ? users.map(seededUser) : [`  users      ${users.length}, of the configuration`]),
    '',
    `  log in     ${url} in a browser`,
    `  API        ${url}${http.prefix ?? ''}${http.paths?.['openApi'] ?? '/openapi.json'}`,
    `  messages   ${messages}`,
    `  store      ${place.store}`,
    `  keys       ${place.keys}`,
    ...(isDev ? [`  /dev       answers this machine: whoever uses it can be any user. For tests only`] : []),
    ...(isSeeded && !isOnLoopback
      ? ['', '  CAUTION    everyone who reaches this address can log in with the passwords above']
      : []),
    '',
    '  Ctrl+C stops it.',
    '',
  ].join('\n')
}

function seededUser({ email, password, required, enrollments = [] }: DemoConfig['users'][number]): string {
  const methods = enrollments.map(({ method }) => method).join(', ')
  const factor = required ? 'sets up a second factor at login' : `second factor: ${methods}`
  return `  ${email.padEnd(17)} password: ${password.padEnd(19)} ${factor}`
}
