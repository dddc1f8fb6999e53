/** The only source of chance. The default is the platform's CSPRNG (ASVS 5.0 11.5.1). */
export interface Random {
  /** `length` fresh bytes. Must be cryptographically secure outside of tests. */
  bytes(length: number): Uint8Array
}
