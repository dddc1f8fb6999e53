/**
 * Compares bytes in a time that depends on their number alone, never on where they differ (ASVS 5.0 11.2.4,
 * CWE-208). The lengths are taken to be public.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) {
    difference |= (a[index] as number) ^ (b[index] as number) // the index is below both lengths
  }
  return difference === 0
}
