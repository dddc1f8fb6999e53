import type { ConfigFault } from '@sallyport/core'

/** What was asked for cannot be done. The message is for whoever started the server, and holds no password or secret. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** The configuration file cannot be used: the message lists everything that is wrong with it. */
export class ConfigFileError extends UsageError {
  override readonly name = 'ConfigFileError'

  constructor(path: string, faults: readonly ConfigFault[]) {
    const lines = faults.map(({ field, message }) => `  ${field === '' ? '(the file)' : field}: ${message}`)
    super([`${path} cannot be used:`, ...lines].join('\n'))
  }
}
