import { readFileSync } from 'node:fs'
import { describeHttp, reasonRules } from '@sallyport/http'
import { expect, test } from 'vitest'
import { deploy } from './deployment.ts'

const written = 'docs/reference/openapi.json'

interface Document {
  readonly openapi: string
  readonly info: { readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>
}

test(`${written} is what the schemas say (tools/generate-openapi.ts writes it anew)`, () => {
  expect(JSON.parse(readFileSync(written, 'utf8'))).toEqual(describeHttp())
})

test('the document names every endpoint, every method and every reason', () => {
  const document = describeHttp() as unknown as Document // plain JSON
  expect(document.openapi).toBe('3.1.1')
  expect(
    Object.entries(document.paths).map(([path, item]) => `${Object.keys(item).join(' ')} ${path}`),
  ).toEqual([
    'get post /login',
    'post /us-signin',
    'post /logout',
    'get post /verify',
    'get post /tf-validate',
    'get post /tf-setup',
    'post /tf-setup/{token}',
    'get post /tf-rescue',
    'get post /mf-recovery',
    'get post /mf-recovery-codes',
    'get post /tf-select',
    'get /tf-devices',
    'delete /tf-devices/{id}',
    'patch delete /tf-enrollments/{id}',
  ])
  for (const reason of Object.keys(reasonRules)) expect(document.info.description).toContain(reason)
})

test('it is served where the host says, with the host’s paths', async () => {
  const { http } = deploy({ http: { prefix: '/auth', paths: { openApi: '/spec.json', login: '/sign-in' } } })
  const response = await http.fetch(new Request('https://acme.test/auth/spec.json'))
  expect(response.headers.get('content-type')).toContain('application/json')
  const { paths } = (await response.json()) as Document
  expect(Object.keys(paths)).toContain('/auth/sign-in')
  expect(paths).toEqual((http.openApi as unknown as Document).paths) // plain JSON
})
