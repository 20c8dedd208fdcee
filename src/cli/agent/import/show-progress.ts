import type { ImportProgress } from '../../../importers/format.ts'
import type { CliContext } from '../../context.ts'

const cells = 20

/** A bar on the terminal's standard error while a key is derived; nothing anywhere else. */
export function showProgress(context: CliContext): { start(progress: ImportProgress): void; end(): void } {
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    if (timer === undefined) return
    clearInterval(timer)
    timer = undefined
    context.stderr.write('\r\u001b[2K')
  }
  return {
    end,
    start({ expectedMs }) {
      end()
      if (!context.stderr.isTerminal || expectedMs < 300) return
      const startedMs = performance.now()
      const draw = () => context.stderr.write(`\r${progressBar((performance.now() - startedMs) / expectedMs)}`)
      draw()
      timer = setInterval(draw, 100)
    },
  }
}

/** The bar at a guessed share of the work. It never shows the end before the end is there. */
export function progressBar(share: number): string {
  const full = Math.min(cells - 1, Math.floor(share * cells))
  return `Deriving the key from the password [${'#'.repeat(full)}${' '.repeat(cells - full)}]`
}
