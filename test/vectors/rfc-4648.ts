/** RFC 4648 §10: a text, its base64 and its base32. None has a character that base64url spells otherwise. */
export const RFC_4648: readonly {
  readonly text: string
  readonly base64: string
  readonly base32: string
}[] = [
  { text: '', base64: '', base32: '' },
  { text: 'f', base64: 'Zg==', base32: 'MY======' },
  { text: 'fo', base64: 'Zm8=', base32: 'MZXQ====' },
  { text: 'foo', base64: 'Zm9v', base32: 'MZXW6===' },
  { text: 'foob', base64: 'Zm9vYg==', base32: 'MZXW6YQ=' },
  { text: 'fooba', base64: 'Zm9vYmE=', base32: 'MZXW6YTB' },
  { text: 'foobar', base64: 'Zm9vYmFy', base32: 'MZXW6YTBOI======' },
]

/** RFC 4648 Tables 1 and 2: the two values that base64 and base64url write differently. */
export const RFC_4648_URL_SAFE: readonly { readonly bytes: readonly number[]; readonly base64url: string }[] =
  [
    { bytes: [0xfb, 0xef, 0xbe], base64url: '----' },
    { bytes: [0xff, 0xff, 0xff], base64url: '____' },
    { bytes: [0xfb, 0xff], base64url: '-_8' },
  ]
