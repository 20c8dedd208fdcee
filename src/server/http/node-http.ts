import type { RequestListener } from 'node:http'
import type { Server, ServerOptions } from 'node:https'

/**
 * What listens: Node's own servers, asked for without their ES module facades. `import … from 'node:http'` reads every
 * export of the module, `WebSocket` among them, and thereby loads the whole of fetch: 14 MB that a server never uses.
 */
export const {
  createServer: createHttpServer,
  METHODS: readMethods,
  STATUS_CODES: statusTexts,
} = process.getBuiltinModule('node:http')
/** TLS is loaded by whoever serves it: some 2 MB. */
export function createTlsServer(options: ServerOptions, listener: RequestListener): Server {
  return process.getBuiltinModule('node:https').createServer(options, listener)
}

/** How a listener that answers gate checks is made. */
export const listenerOptions = {
  /** A page of identity and session headers may be long; beyond this Node.js answers 431, which nginx makes 500. */
  maxHeaderSize: 64 * 1024,
  /** Longer than proxies keep an idle connection, so that it is they who close it. */
  keepAliveTimeout: 72_000,
  /**
   * Without Content-Length and Transfer-Encoding there is no body (RFC 9112 section 6.3). Setting up a stream that
   * nobody reads, and ending it, would be about a tenth of what a check costs.
   */
  optimizeEmptyRequests: true,
  /**
   * Of two Host or Authorization headers Node.js would take the first and say nothing, where a proxy before us may have
   * looked at the last. Joined they are one that nobody takes for either.
   */
  joinDuplicateHeaders: true,
}
