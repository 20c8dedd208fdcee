import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { serveSocket } from '../lock-sockets.ts'
import { asPort } from '../parse-flags.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags } from '../store-flags.ts'
import { startWebServer } from '../web/server.ts'
import { UnlockedStore } from '../web/unlocked-store.ts'

interface WebFlags extends AgentFlags {
  readonly port: number
  readonly host: string
}

/** `watchword agent web`: the codes in a browser on this computer. */
export const webCommand = buildCommand<WebFlags, [], CliContext>({
  func: web,
  parameters: {
    flags: {
      port: {
        kind: 'parsed',
        parse: asPort,
        default: '0',
        brief: 'The port; any free one unless given',
        placeholder: 'n',
      },
      host: {
        kind: 'parsed',
        parse: asText,
        default: '127.0.0.1',
        brief: 'Listen here instead, as in a container whose port is published on this computer only',
        placeholder: 'address',
      },
      json: jsonFlag,
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Show the codes in a browser on this computer',
    fullDescription: 'Prints a link that opens the page in one browser, once. The page is served until Ctrl-C.',
  },
})

async function web(this: CliContext, flags: WebFlags): Promise<void> {
  const unlocked = new UnlockedStore(this, flags)
  const { server, startUrl } = await startWebServer({ context: this, unlocked }, flags)
  const lockable = await serveSocket(unlocked.store.settings.paths.runtime, `web-${process.pid}`, (question) => {
    const isForget = typeof question === 'object' && question !== null && 'forget' in question
    if (isForget) void unlocked.lock()
    return { forgotten: isForget }
  })
  if (flags.json) this.printJson({ url: startUrl })
  else this.print(startUrl)
  this.say('Open this link in a browser on this computer; it works once. Ctrl-C ends the page.')
  await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve()))
  lockable.close()
  server.close()
  server.closeAllConnections()
  await unlocked.lock()
}
