import { parseArgs } from 'node:util'
import { agentMeasurement } from './agent.ts'
import { gateMeasurement, gateMemoryMeasurement } from './gate.ts'
import { otpMeasurement } from './otp.ts'
import { bulkMeasurement } from './bulk.ts'
import { awsMeasurement } from './aws.ts'
import { consoleMeasurement } from './console.ts'
import { tinyMfaMeasurement, ungleichotpMeasurement } from './doors.ts'
import { memoryMeasurement, startMeasurement } from './process.ts'
import { revealMeasurement } from './reveal.ts'
import { totpshareMeasurement } from './totpshare.ts'
import { auditPageMeasurement, manySubjectsMeasurement } from './scale.ts'
import { slowCommitMeasurement, verifyMeasurement } from './verify.ts'
import { verifyOnPostgres } from './postgres.ts'
import type { Measurement, Row } from './row.ts'

const measurements: readonly Measurement[] = [
  otpMeasurement,
  verifyMeasurement('verify on SQLite', 0.35, 15_000, async () => ({})),
  slowCommitMeasurement,
  verifyOnPostgres,
  revealMeasurement,
  bulkMeasurement,
  tinyMfaMeasurement,
  ungleichotpMeasurement,
  totpshareMeasurement,
  gateMeasurement,
  gateMemoryMeasurement,
  manySubjectsMeasurement,
  auditPageMeasurement,
  startMeasurement,
  memoryMeasurement,
  agentMeasurement,
  awsMeasurement,
  consoleMeasurement,
]

const { values: flags } = parseArgs({
  options: { json: { type: 'boolean' }, only: { type: 'string' }, scale: { type: 'boolean' } },
})

const rows: Row[] = []
for (const measurement of measurements.filter(isAsked)) {
  if (!flags.json) console.error(`measuring ${measurement.name}`)
  const measured = await measurement.measure()
  rows.push(...measured)
  if (!flags.json) measured.forEach(printRow)
}
if (flags.json) console.log(JSON.stringify({ rows }))
process.exit(0)

function isAsked({ name, scale = false }: Measurement): boolean {
  if (flags.only !== undefined) return name === flags.only || name.startsWith(flags.only)
  return flags.scale === true || !scale
}

function printRow(row: Row): void {
  const figure = `${format(row.value)} ${row.unit}`.padEnd(22)
  const yardstick = `${row.yardstick} ${format(row.yardstickValue)}`.padEnd(44)
  console.log(
    `${row.met ? 'met ' : 'MISS'}  ${row.name.padEnd(30)} ${figure} beside ${yardstick} ratio ${row.ratio.toFixed(2).padStart(7)}  (${row.bar})`,
  )
}

function format(figure: number): string {
  return figure >= 100 ? Math.round(figure).toLocaleString('en') : figure.toFixed(2)
}
