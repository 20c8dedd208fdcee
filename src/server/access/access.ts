import type { FastifyRequest } from 'fastify'
import type { SessionLimits } from './sessions/limits.ts'
import type { Core } from '../audit/core.ts'
import type { Authenticator } from '../http/chain.ts'
import type { Subjects } from '../subjects/subjects.ts'
import { bySession, byToken } from './authenticators.ts'
import type { AccessContext } from './context.ts'
import { recordDenial } from './denials.ts'
import { deleteExpiredGrants } from './device/store.ts'
import { plantEveryone } from './groups/groups.ts'
import { knownForMs } from './login/login-budget.ts'
import { logIn, type LoggedIn, type LoginPlace, type LoginProof } from './login/login.ts'
import { deleteOldSources } from './login/store.ts'
import { Leavers } from './leavers.ts'
import type { Notices } from './notices/notices.ts'
import { byProviderToken } from './oidc/bearer.ts'
import { readSignOnEnvironment, type Variables } from './oidc/environment.ts'
import { KeptSettings } from './oidc/kept-settings.ts'
import { SignOn } from './oidc/sign-on.ts'
import { deleteExpiredOnce } from './one-time-store.ts'
import { outsideView, type Outside } from './origin.ts'
import { createDirectory, type Directory } from './people/directory.ts'
import { openPersonCodes } from './people/person-codes.ts'
import { firstSetupLink, initialise } from './people/setup.ts'
import type { SetupToken } from './people/people.ts'
import { usualLimits } from './sessions/limits.ts'
import { Sessions } from './sessions/sessions.ts'
import { Tokens } from './tokens/tokens.ts'

/** What access is made from. */
export interface AccessParts extends Core {
  readonly subjects: Subjects
  readonly notices: Notices
  /** Draws a URI as an SVG element. */
  readonly drawQrSvg: (text: string) => string
  /** Where sign-on may be set by the environment; empty unless given. */
  readonly variables?: Variables
  /** The settings' limits; an hour idle and twelve in all unless given. */
  readonly sessionLimits?: () => Promise<SessionLimits>
}

/** Who everybody is and what lets them in. */
export interface Access {
  readonly context: AccessContext
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly directory: Directory
  readonly signOn: SignOn
  readonly outside: (request: FastifyRequest) => Outside
  /** For the chain, in this order. */
  readonly authenticators: readonly Authenticator[]
  /** Passphrase and code, or recovery code; one failure for every reason (T40). */
  login(proof: LoginProof, place: LoginPlace): Promise<LoggedIn>
  /** Makes the first administrator and the root token, for `watchword init`. */
  initialise(wish: { username: string; passphrase: string }): ReturnType<typeof initialise>
  /** The one-time link of the first start, null when there is an administrator. */
  firstSetupLink(): Promise<SetupToken | null>
  /** Audits that a known actor was refused; hang it where errors pass before they are answered. */
  recordDenial(request: FastifyRequest, error: unknown): Promise<void>
  stop(): Promise<void>
}

const sweepEveryMs = 10 * 60_000

/** Opens the room: people, groups, sessions and tokens of one database. */
export async function createAccess(parts: AccessParts): Promise<Access> {
  const { storage, services, subjects, drawQrSvg } = parts
  const environment = readSignOnEnvironment(parts.variables ?? {})
  await plantEveryone(storage, services.clock.nowMs())
  const directory = createDirectory(storage)
  const sessions = new Sessions(storage, services, directory)
  const tokens = new Tokens(storage, services, directory)
  const outside = outsideView(services.config)
  const context: AccessContext = {
    ...parts,
    directory,
    sessions,
    tokens,
    outside,
    leavers: new Leavers(),
    codes: await openPersonCodes({ db: storage.db, subjects, keyRing: parts.keyRing, drawQrSvg }),
    sessionLimits: parts.sessionLimits ?? (() => Promise.resolve(usualLimits)),
  }
  const signOn = new SignOn(context, new KeptSettings(context, environment), environment.callbackPath)
  const sweeping = setInterval(() => void sweep(context), sweepEveryMs)
  sweeping.unref()
  return {
    context,
    sessions,
    tokens,
    directory,
    signOn,
    outside,
    authenticators: [
      byToken(tokens),
      byProviderToken(context, signOn),
      bySession(sessions, { config: services.config, outside }),
    ],
    login: (proof, place) => logIn(context, proof, place),
    initialise: (wish) => initialise(context, wish),
    firstSetupLink: () => firstSetupLink(context),
    recordDenial: (request, error) => recordDenial(context, request, error),
    stop: async () => {
      clearInterval(sweeping)
      await sessions.stop()
      await tokens.stop()
      directory.stop()
    },
  }
}

/** Forgets links, sign-ins of commands and known places whose time is over. */
export async function sweepLogins({ storage, services }: AccessContext): Promise<void> {
  const atMs = services.clock.nowMs()
  await storage.transaction(async (tx) => {
    await deleteExpiredOnce(tx, atMs)
    await deleteExpiredGrants(tx, atMs)
    await deleteOldSources(tx, atMs - knownForMs)
  })
}

async function sweep(context: AccessContext): Promise<void> {
  try {
    await sweepLogins(context)
  } catch (error) {
    context.services.log.warn({ err: error }, 'expired links could not be removed; the next round tries again')
  }
}
