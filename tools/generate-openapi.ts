import { writeFileSync } from 'node:fs'
import { describeHttp } from '@sallyport/http'

/** Writes the OpenAPI document anew; a test compares it with what the schemas say. */
writeFileSync('docs/reference/openapi.json', `${JSON.stringify(describeHttp(), null, 2)}\n`)
