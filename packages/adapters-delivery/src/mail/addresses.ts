import addressparser from 'nodemailer/lib/addressparser'

/** A mailbox as a header names it: who, and where. */
export interface Mailbox {
  readonly name: string
  readonly address: string
}

/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of which are its angle brackets. */
const MAX_ADDRESS_LENGTH = 254

/**
 * One address and nothing else: no list, no group, no display name, no comment, no route. Quoted local parts and
 * addresses by IP number are legal, and refused: nobody receives codes there, and they are how parsers are misled.
 */
const ADDRESS = /^[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}]+@[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}]+$/u

/** What ends a header or a command early, or hides in a line: controls and the separators of Unicode. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u

/** Whether the text is one mail address, written bare. */
export function isMailAddress(text: string): boolean {
  return text.length <= MAX_ADDRESS_LENGTH && ADDRESS.test(text)
}

/** Whether the text may stand in a header, in one line. */
export function isHeaderText(text: string): boolean {
  return !CONTROL.test(text)
}

/** Reads a sender as people configure it, `Acme <login@acme.test>` or the address alone; undefined if it is neither. */
export function readMailbox(text: string): Mailbox | undefined {
  if (!isHeaderText(text)) return undefined
  const [mailbox, ...others] = addressparser(text)
  if (mailbox === undefined || others.length > 0 || mailbox.group !== undefined) return undefined
  return isMailAddress(mailbox.address) ? { name: mailbox.name, address: mailbox.address } : undefined
}
