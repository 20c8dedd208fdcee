import type { OnRow } from '../../server/compat/imported.ts'
import type { OutputStream } from '../output-stream.ts'

const rowsBetween = 100

/** How far an import is, on a terminal's standard error; nothing anywhere else, and nothing once it is over. */
export function rowProgress(stream: OutputStream): { onRow: OnRow; end: () => void } {
  const { isTerminal } = stream
  let isShown = false
  return {
    onRow: (done, total) => {
      if (!isTerminal || done % rowsBetween !== 0) return
      isShown = true
      stream.write(`\r${done} of ${total} rows`)
    },
    end: () => {
      if (isShown) stream.write('\r\u001b[2K')
    },
  }
}
