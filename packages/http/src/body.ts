import { z } from 'zod'
import { type Failure, type FieldFault, fail } from './answer.ts'

/** The longest body that is read: 16 KiB, many times what any request here needs. */
export const MAX_BODY_BYTES: number = 16 * 1024
/**
 * The most fields that a form may have. Our choice: no form here has ten, and a page of the host's may add a few of its
 * own. A form is read before anything is known of its sender, so what it costs is kept small.
 */
const MAX_FORM_FIELDS = 64
/** The longest text in a field: core's own limit. */
const MAX_TEXT_LENGTH = 2_048
/** The digits of a code that a client has sent as a number, whose leading zeros are lost. */
const CODE_DIGITS = 6
const MAX_CODE = 99_999_999 // eight digits: the longest code there is

/** A body as it came: its fields, none of them parsed yet. */
export interface Body {
  readonly fields: Readonly<Record<string, unknown>>
  readonly isForm: boolean
}

/** Reads a body whole, or says why it cannot be. */
export async function readBody(request: Request): Promise<Body | Failure> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const text = await readText(request)
  if (typeof text !== 'string') return text
  if (isJsonType(type)) return readJson(text)
  if (type === 'application/x-www-form-urlencoded') return readForm(text)
  return type === '' && text === '' ? { fields: {}, isForm: false } : fail('media_type_unsupported')
}

/** Whether a media type is that of JSON. */
export const isJsonType = (type: string): boolean => /^application\/([\w.-]+\+)?json$/.test(type)

async function readText(request: Request): Promise<string | Failure> {
  const tooLarge = fail('body_too_large', { headers: { connection: 'close' } })
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let length = 0
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength
      if (length > MAX_BODY_BYTES) return tooLarge // leaving the loop cancels the stream
      text += decoder.decode(chunk, { stream: true })
    }
    return text + decoder.decode()
  } catch {
    return fail('body_malformed') // not UTF-8, or the client has gone
  }
}

function readJson(text: string): Body | Failure {
  try {
    const fields: unknown = text.trim() === '' ? {} : JSON.parse(text)
    return isRecord(fields) ? { fields, isForm: false } : fail('body_malformed')
  } catch {
    return fail('body_malformed')
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field that comes twice is a list, and so of the wrong type: neither value counts. */
function readForm(text: string): Body | Failure {
  const sent = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const values = sent.get(name)
    if (values !== undefined) values.push(value)
    else if (sent.size === MAX_FORM_FIELDS) return fail('body_malformed')
    else sent.set(name, [value])
  }
  const fields = [...sent].map(([name, values]) => [name, values.length > 1 ? values : values[0]] as const)
  return { fields: Object.fromEntries(fields), isForm: true }
}

/** A text: well-formed, and without the NUL that no database stores alike. */
const isStorable = (value: string): boolean => value.isWellFormed() && !value.includes('\u0000')
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** Any text, such as a password. */
export const textField: z.ZodString = z.string().min(1).max(MAX_TEXT_LENGTH).refine(isStorable)

/** A text on one line, such as a name: what no header or subject can be broken with. */
export const lineField: z.ZodString = textField.refine((value) => !CONTROL.test(value))

/** A code, as text or as the number that some clients make of it. */
export const codeField: z.ZodType<string, string | number> = z
  .union([textField, z.int().nonnegative().max(MAX_CODE)])
  .transform((code) => (typeof code === 'number' ? String(code).padStart(CODE_DIGITS, '0') : code))

const FLAGS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...['true', 'on', 'yes', 'y', '1'].map((text) => [text, true] as const),
  ...['false', 'off', 'no', 'n', '0'].map((text) => [text, false] as const),
])

/** Yes or no. A form has only texts, and its check boxes say `on`. */
export const flagField: z.ZodBoolean = z.boolean()

/** What a body says, or the fields at fault, each by its name and never by its value. */
export function parseBody<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  { fields, isForm }: Body,
): z.output<z.ZodObject<Shape>> | Failure {
  const given: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.shape)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (isBlank(value)) continue
    const isFlag = field === flagField || (field instanceof z.ZodOptional && field.unwrap() === flagField)
    given[name] = isForm && isFlag ? (FLAGS.get(value) ?? value) : value
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const faults: Record<string, FieldFault> = {}
  for (const { path } of parsed.error.issues) {
    const name = String(path[0] ?? '')
    faults[name] = Object.hasOwn(given, name) ? 'invalid' : 'required'
  }
  const isMissing = Object.values(faults).includes('required')
  return fail(isMissing ? 'field_required' : 'field_invalid', { faults })
}

/** Nothing, an empty text or spaces: a field that was left out, however the client says it. */
const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
