import { escapeHtml } from './escape-html.ts'

/** The part of an OpenAPI document the page shows. */
interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security?: readonly object[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: object; readonly example?: object }>>
  }
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: object }>> }
    >
  >
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
}

/** The stylesheet of {@link docsPage}, at `/docs/style.css`. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: light-dark(#1f2328, #e6e8eb); --quiet: light-dark(#5b6470, #9aa4b0); --line: light-dark(#d9dee4, #30363d); --accent: light-dark(#8c2f1b, #f0a58f); --ground: light-dark(#fff, #15181c); --panel: light-dark(#f6f7f9, #1d2126); }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; }
h1 { margin: 0 0 .25rem; font-size: 1.9rem; letter-spacing: -.02em; }
h2 { margin: 3rem 0 .75rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1.25rem 0 0; }
a { color: var(--accent); }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; background: var(--panel); }
summary { cursor: pointer; padding: .6rem .9rem; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
summary b { font: 600 .8rem ui-monospace, monospace; color: var(--accent); min-width: 4rem; }
summary code { overflow-wrap: anywhere; }
summary span { color: var(--quiet); }
details > div { padding: 0 .9rem .9rem; }
pre { overflow: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; background: var(--ground); font-size: .85rem; }
.quiet { color: var(--quiet); }
h3 { margin: 1rem 0 .35rem; font-size: .95rem; }
dl { margin: 0; display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1rem; }
dt { overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0 0 .25rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
`

/** The API documentation as one page that asks no other host and runs no script. */
export function docsPage(document: object): string {
  const api = document as Document
  const sections = api.tags.map((tag) => section(api, tag)).join('')
  const links = api.tags.map(({ name }) => `<a href="#${slug(name)}">${escapeHtml(name)}</a>`).join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(api.info.title)} API</title><link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>${escapeHtml(api.info.title)} API</h1><p class="quiet">Version ${escapeHtml(api.info.version)}. ${escapeHtml(api.info.description)} The same as data: <a href="/openapi.json">openapi.json</a>.</p><nav aria-label="Sections">${links}</nav>${sections}</main></body></html>`
}

function section(api: Document, { name, description = '' }: Document['tags'][number]): string {
  const paths = Object.entries(api.paths).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(name))
      .map(([method, operation]) => entry(method, path, operation)),
  )
  return `<h2 id="${slug(name)}">${escapeHtml(name)}</h2><p class="quiet">${escapeHtml(description)}</p>${operations.join('')}`
}

function entry(method: string, path: string, operation: Operation): string {
  const { summary, description = '', security, parameters = [], requestBody, responses } = operation
  const isOpen = security?.every((scheme) => Object.keys(scheme).length === 0) === true
  const body = Object.values(requestBody?.content ?? {}).map(({ schema, example }) => sample('Body', example ?? schema))
  const answers = Object.entries(responses).filter(([status]) => /^[23]/.test(status))
  const refusals = Object.entries(responses).filter(([status]) => !/^[23]/.test(status))
  const shown = answers.map(([status, answer]) =>
    sample(`${status} ${answer.description}`, Object.values(answer.content ?? {})[0]?.schema),
  )
  const told = refusals.map(([status, refusal]): [string, string] => [status, paragraphs(refusal.description)])
  return `<details><summary><b>${method.toUpperCase()}</b><code>${escapeHtml(path)}</code><span>${escapeHtml(summary)}</span></summary><div><p class="quiet">${escapeHtml(description)}${isOpen ? ' No token is needed.' : ''}</p>${listed('Parameters', parameters.map(fieldOf))}${body.join('')}${shown.join('')}${listed('Refused with', told)}</div></details>`
}

function fieldOf({ name, in: place, required, description = '' }: Parameter): [string, string] {
  const where = `<span class="quiet">${escapeHtml(place)}${required ? ', required' : ''}</span>`
  return [`<code>${escapeHtml(name)}</code> ${where}`, escapeHtml(description)]
}

/** A heading and what belongs to it, term by term; nothing where there is none. */
function listed(title: string, terms: readonly (readonly [term: string, text: string])[]): string {
  if (terms.length === 0) return ''
  const rows = terms.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`)
  return `<h3>${escapeHtml(title)}</h3><dl>${rows.join('')}</dl>`
}

/** A description in paragraphs, with names of failures as code. */
function paragraphs(text: string): string {
  const parts = escapeHtml(text).split('\n\n')
  return parts.map((part) => `<p>${part.replaceAll(/`(\w+)`/g, '<code>$1</code>')}</p>`).join('')
}

function sample(title: string, schema: object | undefined): string {
  if (schema === undefined) return `<h3>${escapeHtml(title)}</h3>`
  return `<h3>${escapeHtml(title)}</h3><pre tabindex="0">${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}
