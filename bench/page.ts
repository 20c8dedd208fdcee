// `npm run bench -- --scale --json | node bench/page.ts`: draws the chart of docs/performance.md and prints its table.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from './child.ts'
import type { Row } from './row.ts'

const rowHeight = 24
const nameWidth = 330
const plotWidth = 460
const figureWidth = 190
const top = 44
/** The axis runs from a quarter of the bar to eight times it, doubling at each mark. */
const [lowest, highest] = [-2, 3]
const colours = { met: '#2b8a3e', missed: '#c2410c' }

const { rows } = JSON.parse(await text(process.stdin)) as { rows: Row[] }
writeFileSync(join(root, 'docs', 'images', 'performance.svg'), chartOf(rows.filter((row) => scoreOf(row) !== null)))
console.log(tableOf(rows))

/** How many times its bar a row reaches: 1 and above is met. Null where there is no bar. */
function scoreOf({ value, yardstickValue, ratio, bar }: Row): number | null {
  const figure = Number(/[\d.]+/.exec(bar)?.[0])
  if (bar.endsWith('of it')) return ratio / figure
  if (bar.endsWith('more')) return figure / Math.max(value - yardstickValue, 0.001)
  if (bar.startsWith('at least')) return value / figure
  return bar.startsWith('at most') ? figure / value : null
}

function chartOf(shown: readonly Row[]): string {
  const width = nameWidth + plotWidth + figureWidth
  const height = top + shown.length * rowHeight + 16
  const marks = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
  font-family="system-ui, sans-serif" font-size="13" role="img" aria-labelledby="title">
<title id="title">Every measured figure as a multiple of its bar</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${nameWidth}" y="16" fill="#333333">multiple of the bar (right of 1 is better)</text>
${marks.map(markOf(height)).join('\n')}
${shown.map(barOf).join('\n')}
</svg>
`
}

function markOf(height: number) {
  return (power: number): string => {
    const x = xOf(2 ** power)
    const stroke = power === 0 ? '#333333' : '#dddddd'
    return `<text x="${x}" y="34" text-anchor="middle" fill="#666666">${2 ** power}</text>
<line x1="${x}" y1="${top - 4}" x2="${x}" y2="${height - 12}" stroke="${stroke}"/>`
  }
}

function barOf(row: Row, index: number): string {
  const y = top + index * rowHeight
  const [from, to] = [xOf(1), xOf(scoreOf(row) ?? 1)]
  const colour = row.met ? colours.met : colours.missed
  return `<text x="${nameWidth - 10}" y="${y + 14}" text-anchor="end" fill="#111111">${escaped(row.name)}</text>
<rect x="${Math.min(from, to)}" y="${y + 3}" width="${Math.max(Math.abs(to - from), 2)}" height="15" fill="${colour}"/>
<text x="${nameWidth + plotWidth + 10}" y="${y + 14}" fill="#333333">${escaped(`${format(row.value)} ${row.unit}`)}</text>`
}

function xOf(score: number): number {
  const power = Math.min(highest, Math.max(lowest, Math.log2(score)))
  return Math.round(nameWidth + ((power - lowest) / (highest - lowest)) * plotWidth)
}

function tableOf(all: readonly Row[]): string {
  const lines = all.map(({ name, value, unit, yardstick, yardstickValue, ratio, bar, met }) => {
    const verdict = bar === 'shown only' ? '' : met ? 'yes' : '**no**'
    return `| ${name} | ${format(value)} ${unit} | ${yardstick}: ${format(yardstickValue)} | ${ratio.toFixed(2)} | ${bar} | ${verdict} |`
  })
  return ['| what | measured | yardstick, same run | ratio | bar | met |', '|---|---|---|---|---|---|', ...lines].join(
    '\n',
  )
}

function format(figure: number): string {
  return figure >= 100 ? Math.round(figure).toLocaleString('en') : figure.toFixed(2)
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
