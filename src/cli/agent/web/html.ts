/** A piece of HTML that is safe to put into a page. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | readonly Html[]

/** Builds HTML; whatever is put into it is escaped unless it is HTML already. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    html: texts.map((text, index) => text + (index < parts.length ? rendered(parts[index] ?? '') : '')).join(''),
  }
}

function rendered(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return 'html' in part ? part.html : part.map((one) => one.html).join('')
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character)
}
