import { createHost } from './create-host.ts'
import type { MakeStore } from './host.ts'
import { createItinerary } from './itinerary.ts'
import { createNarrator, NotAsNarrated } from './narrator.ts'
import type { Act, Scene } from './scene.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Plays scenes in their order, each against a store of its own. */
export async function play(
  acts: readonly Act[],
  {
    terminal,
    makeStore,
    isWhole,
  }: { readonly terminal: Terminal; readonly makeStore: MakeStore; readonly isWhole: boolean },
): Promise<void> {
  const narrator = createNarrator(terminal)
  const itinerary = createItinerary()
  const total = acts.reduce((sum, { scenes }) => sum + scenes.length, 0)
  let played = 0

  for (const act of acts) {
    for (const scene of act.scenes) {
      played++
      narrator.heading(`${act.title}  ${played}/${total}  ${scene.title}`, scene.name)
      await playScene(scene)
    }
  }

  async function playScene(scene: Scene): Promise<void> {
    const { say, check, rows } = narrator
    try {
      await scene.play({
        say,
        check,
        rows,
        open: (options) => createHost({ narrator, itinerary }, makeStore, { ...options, seed: scene.name }),
      })
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error)
      throw new NotAsNarrated(`${scene.name}: ${told}`, { cause: error })
    }
  }

  const missing = isWhole ? itinerary.missing() : []
  if (missing.length > 0) throw new NotAsNarrated(`the tour has left out: ${missing.join(', ')}`)
  const scenes = played === 1 ? '1 scene' : `${played} scenes`
  narrator.heading(`${scenes}, ${itinerary.steps} steps, ${narrator.checks} checks: all as narrated`, '')
  if (!isWhole) return
  terminal.line()
  for (const { name, count } of itinerary.counts) terminal.line(`  ${String(count).padStart(3)} ${name}`)
}
