/** RFC 6238 Appendix B, the rows of SHA-1, with the secret of RFC 4226 Appendix D. Times are in seconds. */
export const RFC_6238_SHA1: readonly {
  readonly seconds: number
  readonly timeStep: number
  readonly code: string
}[] = [
  { seconds: 59, timeStep: 0x1, code: '94287082' },
  { seconds: 1_111_111_109, timeStep: 0x23523ec, code: '07081804' },
  { seconds: 1_111_111_111, timeStep: 0x23523ed, code: '14050471' },
  { seconds: 1_234_567_890, timeStep: 0x273ef07, code: '89005924' },
  { seconds: 2_000_000_000, timeStep: 0x3f940aa, code: '69279037' },
  { seconds: 20_000_000_000, timeStep: 0x27bc86aa, code: '65353130' },
]
