interface Bar {
  readonly label: string
  readonly value: number
}

const ROW = 28
const LABEL = 240
const WIDTH = 460

/** A horizontal bar chart as SVG: readable on light and dark, and as text. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value))
  const rows = bars.map(({ label, value }, index) => {
    const y = 44 + index * ROW
    const width = Math.max(1, (value / most) * WIDTH)
    return `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${label}</text>
<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="18" fill="#3b82c4"/>
<text x="${LABEL + width + 6}" y="${y + 14}">${value.toFixed(2)}</text>`
  })
  const height = 60 + bars.length * ROW
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LABEL + WIDTH + 80} ${height}" font-family="sans-serif" font-size="13">
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="24" font-size="15" font-weight="bold">${title}</text>
${rows.join('\n')}
</svg>
`
}
