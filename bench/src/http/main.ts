import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compareLogins } from './compare-logins.ts'

const output = fileURLToPath(new URL('../../results/', import.meta.url))
mkdirSync(output, { recursive: true })
console.log(await compareLogins(output))
