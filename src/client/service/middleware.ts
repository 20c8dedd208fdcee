import { Failure } from '../../errors/failure.ts'
import { proofInBody, type ServiceProof, type ServiceVerifier, type VerifiedService } from './service-proof.ts'

/**
 * Whom a service lets in.
 *
 * @typeParam Request - the request of the framework, where `read` looks at more than the body
 */
export interface AuthenticationOptions<Request extends object = object> {
  readonly verifier: ServiceVerifier
  /** Realms that are let in; every realm unless given. Names are compared exactly. */
  readonly realms?: readonly string[] | undefined
  /** Where the proof stands in a request; its JSON body unless given. */
  readonly read?: ((request: Request) => ServiceProof | null) | undefined
}

type Judgement =
  | { readonly kind: 'verified'; readonly service: VerifiedService }
  | { readonly kind: 'refused' }
  | { readonly kind: 'away' }

const services = new WeakMap<object, VerifiedService>()

/**
 * The service behind a request that passed the middleware.
 *
 * @throws {@link Failure} `client_service_unproven` before and without it: a route that was left open by mistake stays shut
 */
export function serviceOf(request: object): VerifiedService {
  const service = services.get(request)
  if (service === undefined) throw new Failure('client_service_unproven')
  return service
}

interface ExpressResponse {
  status(code: number): ExpressResponse
  json(body: object): unknown
}

/**
 * Express middleware: only services that prove themselves pass. Put the JSON body parser before it.
 *
 * A missing or wrong proof is 403; when nobody can be asked it is 503, and nobody passes. What `read` throws goes to
 * `next`: Express 4 would let it end the process.
 */
export function expressAuthentication<Request extends object>(
  options: AuthenticationOptions<Request>,
): (request: Request, response: ExpressResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const judgement = await judge(options, request)
      if (judgement.kind !== 'verified') {
        const { status, body } = refusalOf(judgement)
        return void response.status(status).json(body)
      }
      services.set(request, judgement.service)
    } catch (error) {
      return next(error)
    }
    return next()
  }
}

interface FastifyReply {
  code(status: number): FastifyReply
  send(body: object): unknown
}

/** The same as a `preHandler` hook of Fastify. */
export function fastifyAuthentication<Request extends object>(
  options: AuthenticationOptions<Request>,
): (request: Request, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const judgement = await judge(options, request)
    if (judgement.kind === 'verified') {
      services.set(request, judgement.service)
      return undefined
    }
    const { status, body } = refusalOf(judgement)
    return reply.code(status).send(body)
  }
}

async function judge<Request extends object>(
  { verifier, realms, read = proofOf }: AuthenticationOptions<Request>,
  request: Request,
): Promise<Judgement> {
  const proof = read(request)
  if (proof === null) return { kind: 'refused' }
  const { name, realm, code } = proof
  // Asked before the realm is looked at: a refusal must not tell which realms are let in.
  try {
    const isVerified = await verifier.verify(name, realm, code)
    const isLetIn = realms === undefined || realms.includes(realm)
    return isVerified && isLetIn ? { kind: 'verified', service: { name, realm } } : { kind: 'refused' }
  } catch {
    return { kind: 'away' }
  }
}

function proofOf(request: object): ServiceProof | null {
  return 'body' in request ? proofInBody(request.body) : null
}

function refusalOf({ kind }: Judgement): { status: number; body: object } {
  return kind === 'away'
    ? { status: 503, body: { detail: 'Nobody could be asked who you are. Try again.' } }
    : { status: 403, body: { detail: 'Incorrect authentication credentials.' } }
}
