import { parse } from 'parse5'
import { attributeOf, elementsOf, shownText, type SamlForm } from './html-page.ts'
import { safeUrl, send, type Transport } from './transport.ts'

/** Account ids and their aliases. */
export type AccountAliases = Readonly<Record<string, string>>

const named = /^(?:Account:\s*)?(\S+)\s*\((\d{12})\)$/

/**
 * The aliases of the accounts in an assertion, as AWS's role chooser shows them.
 *
 * Empty where AWS shows no chooser (a single role), and never a failure: aliases are an ornament.
 */
export async function fetchAccountAliases(transport: Transport, form: SamlForm): Promise<AccountAliases> {
  try {
    const answer = await send(transport, {
      method: 'POST',
      url: safeUrl(form.action).href,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      body: new URLSearchParams({ SAMLResponse: form.samlResponse, RelayState: form.relayState }).toString(),
    })
    return answer.status === 200 ? readAccountAliases(answer.text) : {}
  } catch {
    return {}
  }
}

/** The aliases on a page of the role chooser, in its older form (`saml-account-name`) or its newer (`<meta name="data">`). */
export function readAccountAliases(html: string): AccountAliases {
  const elements = elementsOf(parse(html))
  const older = elements
    .filter((element) => attributeOf(element, 'class')?.split(/\s+/).includes('saml-account-name'))
    .map(shownText)
  const data = elements.find((element) => element.tagName === 'meta' && attributeOf(element, 'name') === 'data')
  const newer = accountsInData(data === undefined ? '' : (attributeOf(data, 'content') ?? ''))
  const found = [...older, ...newer].flatMap((text) => {
    const [, alias, id] = named.exec(text.trim()) ?? []
    return alias === undefined || id === undefined ? [] : [[id, alias] as const]
  })
  return Object.fromEntries(found)
}

function accountsInData(content: string): string[] {
  try {
    const data: unknown = JSON.parse(Buffer.from(content, 'base64').toString('utf8'))
    if (typeof data !== 'object' || data === null || !('roles_accounts' in data)) return []
    return Object.keys(data.roles_accounts as object)
  } catch {
    return []
  }
}
