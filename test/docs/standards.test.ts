import { describe, expect, test } from 'vitest'
import { standardsPage } from '../../tools/docs/standards.ts'
import { readTestTitles } from '../../tools/docs/test-titles.ts'

const titles = readTestTitles()

test('names of tests are read from their files, with the texts of their tables', () => {
  const own = titles.filter(({ file }) => file === 'test/docs/standards.test.ts').map(({ texts }) => texts)
  expect(own).toContainEqual(['the text of a %s', 'first row', 'second row'])
  expect(own).toContainEqual(['a group'])
})

describe('a group', () => {
  test.each(['first row', 'second row'])('the text of a %s', (row) => {
    expect(row).toMatch(/row$/)
  })
})

test('every requirement that holds is named by a test', () => {
  const { text } = standardsPage(titles)
  expect(text.match(/^\| (RFC|NIST|ASVS|CWE|WICG|Key)\b/gm)).toHaveLength(45)
})

test('a requirement that no test names fails the page', () => {
  const unnamed = titles.filter(({ texts }) => !texts.some((text) => text.includes('CWE-294')))
  expect(() => standardsPage(unnamed)).toThrow('no test names CWE-294')
  expect(() => standardsPage([])).toThrow('RFC 6238 §5.2, NIST look-up secrets')
})

test('a longer id is another one', () => {
  const all = titles.filter(({ texts }) => !texts.some((text) => /ASVS 2\.3\.1\b/.test(text)))
  const longer = { file: 'x.test.ts', texts: ['ASVS 2.3.17, ASVS 2.3.1.2'] }
  expect(() => standardsPage([...all, longer])).toThrow('no test names ASVS 2.3.1')
})
