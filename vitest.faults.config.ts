import { defineConfig } from 'vitest/config'

/** The long rounds of `npm run test:faults`: kills, races and fuzzing by the hundred thousand. */
export default defineConfig({
  test: {
    include: ['test/faults/long/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    testTimeout: 3_600_000,
    fileParallelism: false,
    env: { WATCHWORD_LONG: '1' },
  },
})
