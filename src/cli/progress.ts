import type { CliContext } from './context.ts'

/** How far something is that takes its time. */
export interface Progress {
  /** Shows it in the place of what was shown before. */
  onProgress(what: string): void
  /** Clears the line. */
  end(): void
}

/** Shows progress on one line of standard error, where a person looks at it, and nowhere else. */
export function progressOn({ stderr }: Pick<CliContext, 'stderr'>): Progress {
  if (!stderr.isTerminal) return { onProgress: () => {}, end: () => {} }
  // ESC [ K erases what a longer text left behind (ECMA-48 section 8.3.41).
  const show = (what: string) => stderr.write(`\r${what}\u001b[K`)
  return { onProgress: show, end: () => show('') }
}
