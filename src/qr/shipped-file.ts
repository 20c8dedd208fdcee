/**
 * Where a file lies that is loaded at run time: in a checkout beside its source, in what ships below `dist`.
 *
 * @param callerUrl - the caller's `import.meta.url`
 * @param source - asked in a checkout only: an address, or one relative to the caller
 * @param shipped - relative to `dist`
 */
export function shippedFile(callerUrl: string, source: () => string, shipped: string): URL {
  if (callerUrl.endsWith('.ts')) return new URL(source(), callerUrl)
  // The bundler puts shared code into dist/chunks.
  return new URL(callerUrl.includes('/chunks/') ? `../${shipped}` : `./${shipped}`, callerUrl)
}
