import { stringifySetCookie } from 'cookie'
import type { FastifyReply } from 'fastify'

/** The cookie the console reads once and shows. It says something and opens nothing, so scripts may read it. */
const noticeCookie = 'watchword_notice'

/** Leaves a sentence for the next page. */
export function leaveNotice(reply: FastifyReply, sentence: string): void {
  const notice = { name: noticeCookie, value: sentence, path: '/', maxAge: 60, sameSite: 'strict' } as const
  reply.header('set-cookie', stringifySetCookie(notice))
}
