import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Kills, races and fuzzing look for what only now and then happens, so nothing else runs beside them. */
const alone = [
  'test/acceptance/crash.test.ts',
  'test/faults/clients.test.ts',
  'test/faults/database-away.test.ts',
  'test/faults/http-fuzz.test.ts',
  'test/faults/notices.test.ts',
  'test/faults/postgres-crash.test.ts',
  'test/faults/replica.test.ts',
]

const shared = {
  // Generous: they end what hangs, and measure nothing.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 120_000 } },
  // Hundreds of processes of ours start from the same sources.
  env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'watchword-compiled') },
}

export default defineConfig({
  test: {
    // Here rather than in the projects, which would start a database each.
    globalSetup: ['test/support/postgres.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, 'test/faults/long/**'],
          // Files wait more than they compute: two cores carry two of them. All share one PostgreSQL and its connections.
          maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...shared, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
