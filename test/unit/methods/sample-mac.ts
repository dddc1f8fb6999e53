import { createHmac } from 'node:crypto'
import type { Digest } from '../../../packages/core/src/ids.ts'
import type { CodeMac } from '../../../packages/core/src/methods/method.ts'

/** A keyed digest is what the brand stands for. */
const digest = (text: string): Digest =>
  createHmac('sha256', 'a key for tests').update(text).digest('base64url') as Digest

/** A code MAC by another implementation, for methods to be given. */
export const sampleMac: CodeMac = { digest, matches: (text, stored) => digest(text) === stored }
