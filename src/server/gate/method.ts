import { readMethods } from '../http/node-http.ts'

// Registered with IANA, but not read by Node.js itself: proxies tell of them in a header.
const versioning = ['BASELINE-CONTROL', 'LABEL', 'MKREDIRECTREF', 'MKWORKSPACE', 'ORDERPATCH', 'UNCHECKOUT']
const known = new Set([...readMethods, ...versioning, 'UPDATE', 'UPDATEREDIRECTREF', 'VERSION-CONTROL'])

/** A method of HTTP in capitals, or null for what is none. */
export function knownMethod(text: string): string | null {
  const method = text.toUpperCase()
  return known.has(method) ? method : null
}
