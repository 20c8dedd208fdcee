import { exchange, type Exchange } from './exchange.ts'

/** A browser without scripts: keeps cookies by name, follows nothing by itself. */
export class PlainBrowser {
  readonly cookies = new Map<string, string>()
  readonly #port: number
  readonly #host: string

  constructor(port: number, host = 'app.example.test') {
    this.#port = port
    this.#host = host
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Exchange> {
    return this.#send('GET', path, headers)
  }

  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Exchange> {
    const typed = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
    return this.#send('POST', path, typed, new URLSearchParams(form).toString())
  }

  /** Opens the login page and sends its form, hidden fields included. */
  async logIn(
    fields: Readonly<Record<string, string>>,
    { path = '/auth/login', headers = {} }: { path?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Exchange> {
    const page = await this.get(path, headers)
    return this.post('/auth/login', { ...hiddenFields(page.body), ...fields }, headers)
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Exchange> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await exchange(this.#port, path, {
      method,
      headers: { host: this.#host, accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    })
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line)
    return answer
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
    if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** The hidden fields of a page's first form. */
export function hiddenFields(page: string): Record<string, string> {
  const inputs = page.match(/<input[^>]*type="hidden"[^>]*>/g) ?? []
  return Object.fromEntries(
    inputs.map((input) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      unescape(/value="([^"]*)"/.exec(input)?.[1] ?? ''),
    ]),
  )
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
