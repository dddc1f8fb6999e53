import type { Host, HostOptions } from './host.ts'
import type { Narrator } from './narrator.ts'

/** What a scene is told with. */
interface Stage extends Pick<Narrator, 'say' | 'check' | 'rows'> {
  /** Opens the application in which the scene plays. */
  open(options?: HostOptions): Promise<Host>
}

/** One thing that Sallyport does, shown and checked. */
export interface Scene {
  /** For `--scene`, in kebab-case. */
  readonly name: string
  readonly title: string
  play(stage: Stage): Promise<void>
}

/** Scenes that belong together. */
export interface Act {
  readonly title: string
  readonly scenes: readonly Scene[]
}
