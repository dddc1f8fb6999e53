import { ConfigError, type ConfigFault } from '@sallyport/core'

/** Makes something of a configuration, or adds what is wrong with it to the faults, under the file's own field names. */
export function collectFaults<Made>(
  faults: ConfigFault[],
  toField: (field: string) => string,
  make: () => Made,
): Made | undefined {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    faults.push(...error.faults.map(({ field, message }) => ({ field: toField(field), message })))
    return undefined
  }
}
