import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { defineConfig, type UserConfig } from 'tsdown'

/** One build for each package: its entries are the sources that its development exports name. */
const builds = globSync('packages/*/package.json').map((path): UserConfig => {
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { exports: Record<string, string> }
  return {
    cwd: dirname(path),
    entry: Object.values(manifest.exports).filter((file) => file.endsWith('.ts')),
    format: 'esm',
    platform: 'node',
    fixedExtension: false,
    hash: false,
    dts: true,
    // A dependency that the manifest does not name would be bundled unseen.
    deps: { onlyBundle: [] },
    failOnWarn: true,
  }
})

export default defineConfig(builds)
