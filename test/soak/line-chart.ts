import type { Point } from './trend.ts'

/** One line of a chart. A missing stretch between two points that are far apart is left open. */
export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

/** A moment to be marked: a server was stopped or killed. */
export interface Mark {
  readonly x: number
  readonly kind: 'restarted' | 'killed'
}

export interface Chart {
  readonly title: string
  /** What the vertical axis counts. */
  readonly unit: string
  readonly series: readonly Series[]
  readonly marks: readonly Mark[]
  /** The end of the horizontal axis, in seconds. */
  readonly seconds: number
}

const WIDTH = 760
const HEIGHT = 260
const LEFT = 64
const RIGHT = 20
const TOP = 62
const BOTTOM = 42
const GRID_LINES = 5

// Distinct for most color-blind readers: after Okabe and Ito.
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const
const MARK_COLORS = { restarted: '#999999', killed: '#cc3311' } as const

/** Draws a line chart over seconds as SVG. */
export function lineChart({ title, unit, series, marks, seconds }: Chart): string {
  const most = Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)), 0)
  const step = niceStep(most / GRID_LINES)
  const top = Math.max(step, Math.ceil(most / step) * step)
  const x = (value: number): string => (LEFT + (value / seconds) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (value: number): string => (HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)).toFixed(1)

  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, line) => {
    const value = line * step
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="#e5e5e5"/>
<text x="${LEFT - 6}" y="${Number(y(value)) + 4}" text-anchor="end">${label(value)}</text>`
  })
  const ticks = Array.from({ length: 6 }, (_, tick) => {
    const value = (tick * seconds) / 5
    return `<text x="${x(value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${Math.round(value)}</text>`
  })
  const marked = marks.map(
    ({ x: at, kind }) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="${MARK_COLORS[kind]}" stroke-dasharray="${kind === 'killed' ? '1 0' : '3 3'}" stroke-opacity="0.45"/>`,
  )
  const lines = series.map(({ points }, index) => {
    const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ')
    return `<polyline points="${path}" fill="none" stroke="${colorOf(index)}" stroke-width="1.6"/>`
  })
  const legend = series.map(
    ({ name }, index) =>
      `<rect x="${LEFT + index * 112}" y="38" width="12" height="4" fill="${colorOf(index)}"/>
<text x="${LEFT + 17 + index * 112}" y="44">${name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="11">
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="22" font-size="14" font-weight="bold">${title}</text>
<text x="${WIDTH - RIGHT}" y="22" text-anchor="end" fill="#555">${unit}; dashed: stopped, solid red: killed</text>
${[...grid, ...ticks, ...marked, ...lines, ...legend].join('\n')}
<text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle" fill="#555">seconds</text>
</svg>
`
}

const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? COLORS[0]

/** The next larger of 1, 2 and 5 times a power of ten. */
function niceStep(rough: number): number {
  if (!(rough > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
}

const label = (value: number): string => String(Number(value.toPrecision(6)))
