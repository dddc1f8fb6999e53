/** RFC 4226 Appendix D: the shared secret, and the six-digit code of each counter from 0. */
export const RFC_4226_SECRET: Uint8Array = new TextEncoder().encode('12345678901234567890')

export const RFC_4226_CODES: readonly string[] = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
]
