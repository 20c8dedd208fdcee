import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** A mail as it arrived. */
export interface ArrivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and text as they came over the wire. */
  readonly source: string
}

/** A mail server on loopback that keeps what it gets. */
export interface MailReceiver {
  /** `smtp://127.0.0.1:…` */
  readonly smtpUrl: string
  readonly arrived: ArrivedMail[]
}

/** Starts a mail server; it stops when the test ends. One that refuses takes no login and no recipient. */
export async function startMailReceiver({ refuses = false } = {}): Promise<MailReceiver> {
  const arrived: ArrivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: refuses ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    onAuth: (_login, _session, done) => done(new Error('who are you, ada?')),
    onRcptTo: (_address, _session, done) => done(refuses ? new Error('no such ada here') : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        arrived.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('utf8'),
        })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { smtpUrl: `smtp://127.0.0.1:${port}`, arrived }
}
