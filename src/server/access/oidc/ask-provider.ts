/** Documents, key sets and tokens have some kilobytes, those of somebody in ten thousand groups half a million bytes. */
const maxAnswerBytes = 1024 * 1024

/** A request as fetch takes it, and with a body as the libraries that ask through us may name it. */
type Asked = Omit<RequestInit, 'body'> & { readonly body?: RequestInit['body'] | Uint8Array | undefined }

/** A provider that gave no answer that could be read: a fault on the way or of its own, which says nothing about a login. */
export class ProviderAtFault extends Error {}

/**
 * Asks a provider over HTTP, and reads what it answers within the time the caller gave: to its end, unless it is larger
 * than anything a provider has to say (T66).
 *
 * @throws {@link ProviderAtFault}, or the reason of the signal that ended it
 */
export async function askProvider(address: string | URL, { body = null, ...options }: Asked): Promise<Response> {
  try {
    const sent = body instanceof Uint8Array ? Uint8Array.from(body) : body
    return await wholeAnswer(await fetch(address, { ...options, body: sent }))
  } catch (cause) {
    if (cause instanceof TypeError) throw new ProviderAtFault(withInner(cause), { cause })
    throw cause
  }
}

// What fetch says is always the same; why it failed stands behind it.
function withInner({ message, cause }: TypeError): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

async function wholeAnswer(response: Response): Promise<Response> {
  const { status, headers, body } = response
  if (status >= 500) {
    await body?.cancel()
    throw new ProviderAtFault(`it answered ${status}`)
  }
  return body === null ? response : new Response(await bytesOf(body), { status, headers })
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop ends the transfer.
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > maxAnswerBytes) throw new ProviderAtFault(`its answer has more than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}
