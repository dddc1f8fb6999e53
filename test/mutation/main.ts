import { parseArgs } from 'node:util'
import { mutatedFolders } from './folders.ts'
import { judge } from './judge.ts'
import { runFolder } from './run-folder.ts'
import { listedSurvivors } from './survivors.ts'

const MIN_SCORE_PERCENT = 90

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    processes: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
})
const processes = Number(values.processes)
const names = mutatedFolders.map(({ name }) => name)

if (
  values.help ||
  !asked.every((name) => names.includes(name)) ||
  !(Number.isSafeInteger(processes) && processes > 0)
) {
  console.log(`Changes core's source in every small way there is, and sees whether a test notices.

  npm run mutation                      ${names.join(', ')}
  npm run mutation -- FOLDER…           some of them
  npm run mutation -- --processes N     in N processes at once; default 2

The exit code is 0 when ${MIN_SCORE_PERCENT} % of each folder's mutants are killed, and every other one stands with its
reason in test/mutation/survivors.ts.`)
  process.exit(values.help ? 0 : 2)
}

const list = listedSurvivors.flatMap(({ mutants }) => mutants)
const total = { mutants: 0, killed: 0, listed: 0, unlisted: 0 }
for (const folder of mutatedFolders) {
  const { name } = folder
  if (asked.length > 0 && !asked.includes(name)) continue
  const startedAt = performance.now()
  const verdict = judge(
    await runFolder(folder, processes),
    list.filter(({ file }) => file.startsWith(`${name}/`)),
  )
  const { mutants, killed, score, listed, unlisted, stale } = verdict
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(
    `${name.padEnd(8)} ${score.toFixed(1)} %: ${killed} of ${mutants} mutants killed, ` +
      `${listed.length} survivors with a reason, ${unlisted.length} without (${seconds} s)`,
  )
  for (const { position, line, original, replacement, fate } of unlisted)
    console.log(`  ${fate.toUpperCase()} ${position}: ${line}\n    - ${original}\n    + ${replacement}`)
  for (const { file, line, original, replacement } of stale)
    console.log(`  LISTED BUT KILLED ${file}: ${line}\n    - ${original}\n    + ${replacement}`)
  if (score < MIN_SCORE_PERCENT || unlisted.length > 0 || stale.length > 0) process.exitCode = 1
  total.mutants += mutants
  total.killed += killed
  total.listed += listed.length
  total.unlisted += unlisted.length
}
console.log(
  `figures: ${((100 * total.killed) / total.mutants).toFixed(1)} % of ${total.mutants} mutants killed, ` +
    `${total.listed} listed, ${total.unlisted} unlisted`,
)
