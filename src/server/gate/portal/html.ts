import { escapeHtml } from '../../http/escape-html.ts'

/** Markup that was made safe already. */
export interface Html {
  readonly markup: string
}

/** Markup from a template: what is filled in is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const markup = strings.reduce((made, piece, index) => {
    const value = values[index]
    return `${made}${piece}${value === undefined ? '' : markupOf(value)}`
  }, '')
  return { markup }
}

/** Nothing at all. */
export const nothing: Html = { markup: '' }

function markupOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return escapeHtml(value)
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}
