/**
 * What listens: Node's own servers, asked for without their ES module facades. `import … from 'node:http'` reads every
 * export of the module, `WebSocket` among them, and thereby loads the whole of fetch: 14 MB that a server never uses.
 */
export const { createServer: createHttpServer } = process.getBuiltinModule('node:http')
export const { createServer: createTlsServer } = process.getBuiltinModule('node:https')
