import { connect } from 'node:net'

/** What a server wrote on one connection until it closed it. */
export interface RawReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What followed the body: bytes that belong to no answer. */
  readonly rest: string
}

/** A request that nothing tidies up: what it says is what is sent. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  /** Bytes of the body that are announced and never come. */
  readonly missingBytes?: number
  /** False where a Content-Length would contradict the headers given. */
  readonly hasLength?: boolean
}

/** Sends one request over a connection of its own and reads what comes until the end. */
export function rawExchange(port: number, request: RawRequest): Promise<RawReply> {
  return exchangeBytes(port, bytesOf(request), request)
}

/** The same with bytes that are no request at all. */
export function exchangeBytes(
  port: number,
  bytes: Buffer,
  request: Pick<RawRequest, 'method' | 'missingBytes'>,
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      socket.destroy()
      resolve(readReply(Buffer.concat(chunks), request.method))
    })
    socket.write(bytes)
    if (request.missingBytes !== undefined) socket.end()
  })
}

function bytesOf({ method, path, headers = {}, body = '', missingBytes = 0, hasLength = true }: RawRequest): Buffer {
  const bytes = Buffer.from(body)
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`))
  const length = bytes.length + missingBytes
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...('host' in headers ? [] : ['Host: localhost']),
    'Connection: close',
    ...(hasLength && length > 0 ? [`Content-Length: ${length}`] : []),
    ...lines,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes])
}

function readReply(bytes: Buffer, method: string): RawReply {
  const text = bytes.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) throw new Error(`the connection ended without an answer: ${JSON.stringify(text)}`)
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const after = bytes.subarray(end + 4)
  const length = method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0)
  const isChunked = headers['transfer-encoding'] === 'chunked'
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: (isChunked ? after : after.subarray(0, length)).toString(),
    rest: isChunked ? '' : after.subarray(length).toString(),
  }
}
