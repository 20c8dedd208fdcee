import { escapeHtml } from '../../http/escape-html.ts'

/** A page of one sentence and one way on, which needs no script and no style. */
export function sentencePage(heading: string, sentence: string, link: { href: string; text: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Watchword</title>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(sentence)}</p>
<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a></p>
</html>
`
}
