import { hash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { escapeHtml } from './escape-html.ts'
import { preferredLanguage } from './language.ts'

const style = `:root{color-scheme:light dark;--ink:light-dark(#1d2025,#e8e6e3);--ground:light-dark(#faf8f5,#1b191d);--panel:light-dark(#fff,#242127);--line:light-dark(#d8d4cd,#3b373f);--accent:light-dark(#842754,#e39bbd)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem 1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{width:100%;max-width:28rem;padding:2rem min(1.75rem,6vw);background:var(--panel);border:1px solid var(--line);border-radius:12px}
h1{margin:0 0 .5rem;font-size:1.35rem;letter-spacing:-.01em}
p{margin:.5rem 0}
a{color:var(--accent)}`

const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

/** What a browser that came on a link is told, and the way on. */
export interface SentencePage {
  readonly heading: string
  readonly sentence: string
  readonly link: { readonly href: string; readonly text: string }
}

/**
 * Answers with a page of one sentence and one way on. It needs no script, and its style stands in it.
 *
 * @param german - for browsers that ask for it; what nobody translated is said in English
 */
export function sendSentencePage(
  reply: FastifyReply,
  status: number,
  english: SentencePage,
  german: SentencePage | null,
): FastifyReply {
  const isGerman = german !== null && preferredLanguage(reply.request.headers['accept-language']) === 'de'
  const { heading, sentence, link } = isGerman ? german : english
  const page = `<!doctype html>
<html lang="${isGerman ? 'de' : 'en'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(heading)} · Watchword</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(sentence)}</p>
<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a></p>
</main>
</html>
`
  return reply.code(status).header('content-security-policy', policy).type('text/html; charset=utf-8').send(page)
}
