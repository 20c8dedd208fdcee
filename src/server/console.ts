import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, join, sep } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../errors/failure.ts'

/** Media types of what a build of the console holds; anything else is not served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** Pages of the console. Everything below them is the console's too; what is not here is 404. */
const pages = [
  '/',
  '/login',
  '/setup',
  '/enrol',
  '/device',
  '/me',
  '/accounts/*',
  '/realms',
  '/realms/*',
  '/people',
  '/people/*',
  '/groups',
  '/groups/*',
  '/tokens',
  '/sessions',
  '/rotations',
  '/audit',
  '/settings',
]

/** Files whose names carry the hash of their content. */
const assetsPath = '/assets/'

/** Addresses only programs come to. */
const programs = /^\/(v1|api|assets|ungleichotp|secret)(\/|$)/

/** How the console is served. */
export interface ConsoleOptions {
  /** Where the build lies; found beside the program unless said otherwise. */
  readonly folder?: string
  /** Where a visitor of `/` should rather go, such as the provider's login; null stays here. */
  readonly enter?: (request: FastifyRequest, reply: FastifyReply) => Promise<string | null>
}

/** The console's first page, for a door that serves it at an address of its own. */
export interface ConsoleShell {
  /** Answers the page; `head` is HTML of the door's own for its head, already escaped. */
  send(reply: FastifyReply, head?: string): FastifyReply
  /** Answers 404 with a page that leads back, if the visitor came with a browser to no address of a program's. */
  sendMissing(request: FastifyRequest, reply: FastifyReply): boolean
}

/** Paths of one file, as it is and compressed. */
interface Asset {
  readonly media: string
  readonly plain: string
  readonly brotli: string | null
  readonly gzip: string | null
}

/**
 * Serves the built console: its files from disk, compressed at build time and immutable because their names carry
 * their hash, and one page that allows no script and no style but ours.
 *
 * @returns null when no build is there, as in tests of other rooms
 */
export function consoleRoutes(app: FastifyInstance, options: ConsoleOptions = {}): ConsoleShell | null {
  const folder = options.folder ?? findBuild()
  if (folder === null) return null
  const index = readFileSync(join(folder, 'index.html'), 'utf8')
  const assets = findAssets(folder)
  const shell: ConsoleShell = {
    send: (reply, head = '') => sendPage(reply, index, head),
    sendMissing: (request, reply) => {
      if (!asksForPage(request)) return false
      sendPage(reply.code(404), index, '')
      return true
    },
  }
  // One route for all of them: a route of its own for each of a hundred files costs a megabyte.
  app.get<{ Params: { name: string } }>(`${assetsPath}:name`, (request, reply) => {
    const asset = assets.get(assetsPath + request.params.name)
    if (asset === undefined) throw new Failure('not_found')
    return sendAsset(request, reply, asset, true)
  })
  for (const [path, asset] of assets) {
    if (!path.startsWith(assetsPath)) app.get(path, (request, reply) => sendAsset(request, reply, asset, false))
  }
  for (const page of pages) {
    app.get(page, async (request, reply) => {
      const elsewhere = page === '/' ? await options.enter?.(request, reply) : null
      return elsewhere == null ? shell.send(reply) : reply.redirect(elsewhere)
    })
  }
  return shell
}

// Programs that say no more than */* keep the problem they can read, and so does whoever looks below an API.
function asksForPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !programs.test(url) && (headers.accept ?? '').includes('text/html')
}

// A program from source lies in src/server, a bundled one in dist or dist/chunks.
function findBuild(): string | null {
  const here = import.meta.dirname
  const places = [
    join(here, 'console'),
    join(dirname(here), 'console'),
    join(dirname(dirname(here)), 'dist', 'console'),
  ]
  return places.find((place) => existsSync(join(place, 'index.html'))) ?? null
}

function findAssets(folder: string): Map<string, Asset> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const assets = new Map<string, Asset>()
  for (const name of names) {
    const media = mediaTypes[extname(name)]
    if (media === undefined) continue
    const at = join(folder, name)
    const asset = { media, plain: at, brotli: ifThere(`${at}.br`), gzip: ifThere(`${at}.gz`) }
    assets.set(`/${name.split(sep).join('/')}`, asset)
  }
  return assets
}

function ifThere(path: string): string | null {
  return existsSync(path) ? path : null
}

async function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  asset: Asset,
  isImmutable: boolean,
): Promise<FastifyReply> {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const [path, encoding] = chooseFile(asset, accepted)
  const body = await readFile(path)
  if (encoding !== null) reply.header('content-encoding', encoding)
  return reply
    .type(asset.media)
    .header('vary', 'accept-encoding')
    .header('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    .send(body)
}

function chooseFile({ plain, brotli, gzip }: Asset, accepted: string): [string, string | null] {
  if (brotli !== null && takesCoding(accepted, 'br')) return [brotli, 'br']
  if (gzip !== null && takesCoding(accepted, 'gzip')) return [gzip, 'gzip']
  return [plain, null]
}

/** Whether an Accept-Encoding takes a coding: by its own weight, else by that of `*` (RFC 9110 section 12.5.3). */
function takesCoding(accepted: string, coding: string): boolean {
  const weights = new Map<string, number>()
  for (const entry of accepted.toLowerCase().split(',')) {
    const [name = '', weight = 'q=1'] = entry.split(';').map((part) => part.trim())
    weights.set(name, Number(weight.replace(/^q\s*=/, '')))
  }
  return (weights.get(coding) ?? weights.get('*') ?? 0) > 0
}

function sendPage(reply: FastifyReply, index: string, head: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64')
  const page = index.replace('__CSP_NONCE__', nonce).replace('</head>', `${head}</head>`)
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy(nonce))
    .header('permissions-policy', 'camera=(self), microphone=(), geolocation=()')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cache-control', 'no-store')
    .send(page)
}

// No inline script at all. Style elements need this page's nonce, because the component library writes its
// variables into one; pictures may be data: and blob: (QR codes, the camera), which cannot run.
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
