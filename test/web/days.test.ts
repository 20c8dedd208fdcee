import { afterEach, expect, it, vi } from 'vitest'
import { dayAtMs } from '../../web/src/parts/days.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it.each(['America/Los_Angeles', 'UTC', 'Pacific/Auckland'])('a day of a chart is that day in %s', (zone) => {
  vi.stubEnv('TZ', zone)
  expect(new Date(dayAtMs('2026-03-01')).toDateString()).toBe('Sun Mar 01 2026')
})
