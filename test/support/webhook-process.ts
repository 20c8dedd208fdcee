// A receiver of webhooks in a process of its own, to be killed: node webhook-process.ts FILE PORT
// Every notice is a line of the file before it is answered; the answer takes a moment, so that kills land in between.
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [file = '', port = ''] = process.argv.slice(2)
const answerAfterMs = 25

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
    const line = { id, timestamp, signature, body: Buffer.concat(chunks).toString('utf8') }
    appendFileSync(file, `${JSON.stringify(line)}\n`)
    setTimeout(() => response.writeHead(204).end(), answerAfterMs)
  })
})
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write('listens\n')
})
