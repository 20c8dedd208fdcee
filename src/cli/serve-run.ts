import { type ConfigFlags, readConfig } from '../server/config.ts'
import { startServer } from '../server/server.ts'
import type { CliContext } from './context.ts'
import { trimHeap } from './trim-heap.ts'

const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Starts the server, says where it listens, and drains it at the first signal; a second one ends it at once. */
export async function serve(this: CliContext, flags: ConfigFlags): Promise<void> {
  const config = readConfig(this.env, flags)
  const server = await startServer(config)
  const stopped = Promise.withResolvers<void>()
  let isStopping = false
  for (const signal of stopSignals) {
    process.on(signal, () => {
      if (isStopping) process.exit(1)
      isStopping = true
      server.close().then(stopped.resolve, stopped.reject)
    })
  }
  this.print(`Watchword serves on ${server.url}`)
  if (server.setupUrl !== null) {
    this.print(`Make the first administrator within 24 hours: ${server.setupUrl}`)
  }
  trimHeap()
  await Promise.race([stopped.promise, server.moved])
  if (isStopping) return
  this.say('The store moved to another database. Start the server with WATCHWORD_DATABASE_URL.')
  await server.close()
}
