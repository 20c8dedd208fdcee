import type { GateTheme } from '../settings.ts'
import { html, type Html, nothing } from './html.ts'
import { fill, type Texts } from './texts.ts'

/** What every page of the portal is dressed in. */
export interface Dress {
  readonly theme: GateTheme
  readonly language: 'en' | 'de'
  readonly texts: Texts
}

/** Where a page's form may lead: back to the portal, or on to the app. */
export type FormReach = 'stays' | 'leads on'

/**
 * The portal's Content-Security-Policy: its own stylesheet, script and logo, and forms to itself alone (P40).
 *
 * @param form - a login `leads on`: browsers hold `form-action` against every redirect behind a form, and an app may
 * lead wherever it likes, to a login of its own for one
 */
export function portalPolicy(form: FormReach): string {
  const beyond = form === 'leads on' ? ' https: http:' : ''
  return `default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'${beyond}; frame-ancestors 'none'; base-uri 'none'`
}

/** One whole page. */
export function page({ theme, language }: Dress, title: string, body: Html, script?: string): string {
  const logo = theme.logoFile === null ? nothing : html`<img class="logo" src="/auth/logo" alt="" />`
  const footer = theme.footer === '' ? nothing : html`<footer>${theme.footer}</footer>`
  const load = script === undefined ? nothing : html`<script src="${script}" defer></script>`
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · ${theme.title}</title>
        <link rel="stylesheet" href="/auth/style.css" />
        ${load}
      </head>
      <body>
        <main>
          <header>
            ${logo}
            <h1>${theme.title}</h1>
          </header>
          ${body}
        </main>
        ${footer}
      </body>
    </html> `.markup
}

/** What a page says above its form: `asks` is no error, only the reason why one stands here. */
export interface Message {
  readonly sentences: readonly string[]
  readonly tone: 'refuses' | 'asks'
}

/** A message that something was not done. */
export function refusing(...sentences: string[]): Message {
  return { sentences, tone: 'refuses' }
}

function told(message: Message | null): Html {
  if (message === null) return nothing
  const lines = message.sentences.map((sentence) => html`<p>${sentence}</p>`)
  return message.tone === 'asks'
    ? html`<div id="message" class="message plain">${lines}</div>`
    : html`<div id="message" class="message" role="alert">${lines}</div>`
}

const autofocus = html`autofocus`

/** What the first field to be filled in has: the cursor, and the message, which few readers tell of a new page. */
function first(message: unknown): Html {
  return message === null ? autofocus : html`autofocus aria-describedby="message"`
}

/** What the login form shows and carries along. */
export interface LoginForm {
  readonly formToken: string
  readonly returnTo: string
  readonly username: string
  readonly message: Message | null
  /** A fresh proof is asked for, though somebody is logged in. */
  readonly isAgain: boolean
  readonly isCodeOnly: boolean
  readonly hasSignOn: boolean
  readonly mayRemember: boolean
}

/** The login page. Field names are simpleotp's, so that its clients' forms still fit. */
export function loginPage(dress: Dress, form: LoginForm): string {
  const { texts, theme } = dress
  const remember = form.mayRemember
    ? html`<label class="check"><input type="checkbox" name="remember" value="1" /> ${texts.remember}</label>`
    : nothing
  const body = html`<p class="greeting">${theme.greeting ?? texts.greeting}</p>
    ${told(form.message)}
    <form method="post" action="/auth/login" autocomplete="on">
      <input type="hidden" name="csrf_token" value="${form.formToken}" />
      <input type="hidden" name="rd" value="${form.returnTo}" />
      ${form.isAgain ? html`<input type="hidden" name="again" value="1" />` : nothing}
      ${form.isCodeOnly ? nothing : nameFields(texts, form)}
      <label for="token">${texts.code}</label>
      <input
        id="token"
        name="token"
        inputmode="numeric"
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="${form.isCodeOnly && form.message !== null ? 'message token-hint' : 'token-hint'}"
        ${form.isCodeOnly ? html`autofocus required` : nothing}
      />
      <p id="token-hint" class="hint">${texts.codeHint}</p>
      ${form.isCodeOnly ? nothing : recoveryField(texts)} ${remember}
      <button type="submit">${texts.logIn}</button>
      ${form.isCodeOnly ? nothing : passkeyButton(texts)}${form.hasSignOn ? signOnLink(texts, form) : nothing}
    </form>`
  return page(dress, texts.logIn, body, form.isCodeOnly ? undefined : '/auth/passkey.js')
}

/** The cursor stands in the first field that is still empty. */
function nameFields(texts: Texts, { username, message }: LoginForm): Html {
  return html`<label for="user">${texts.username}</label>
    <input
      id="user"
      name="user"
      value="${username}"
      autocomplete="username"
      ${username === '' ? first(message) : nothing}
      autocapitalize="none"
      spellcheck="false"
      required
    />
    <label for="password">${texts.passphrase}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="current-password"
      required
      ${username === '' ? nothing : first(message)}
    />`
}

// Phones show digits alone for the code; a recovery code has letters.
function recoveryField(texts: Texts): Html {
  return html`<details>
    <summary>${texts.noCode}</summary>
    <label for="recovery">${texts.recovery}</label>
    <input id="recovery" name="recovery" autocomplete="off" autocapitalize="none" spellcheck="false" />
  </details>`
}

/** Hidden until the script finds that the browser knows passkeys. */
function passkeyButton(texts: Texts): Html {
  return html`<button
    class="quiet"
    type="button"
    id="passkey"
    data-refused="${texts.passkeyRefused}"
    data-expired="${texts.expired}"
    data-wait="${texts.slowDown}"
    hidden
  >
    ${texts.passkey}
  </button>`
}

function signOnLink(texts: Texts, { returnTo, isAgain }: LoginForm): Html {
  const query = `rd=${encodeURIComponent(returnTo)}${isAgain ? '&again=1' : ''}`
  return html`<a class="button quiet" id="sign-on" href="/auth/sign-on?${query}">${texts.signOn}</a>`
}

/** A page that says one thing and offers one way on. */
export function noticePage(
  dress: Dress,
  title: string,
  sentences: readonly string[],
  way: { readonly label: string; readonly href: string },
): string {
  const body = html`<h2>${title}</h2>
    ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
    <p><a class="button" href="${way.href}">${way.label}</a></p>`
  return page(dress, title, body)
}

/** Asks before logging out, where the request may have come from another site. */
export function logoutPage(dress: Dress, formToken: string): string {
  const { texts } = dress
  const body = html`<h2>${texts.logOut}</h2>
    <p>${texts.logOutAsk}</p>
    <form method="post" action="/auth/logout">
      <input type="hidden" name="csrf_token" value="${formToken}" /><button type="submit">${texts.logOut}</button>
    </form>`
  return page(dress, texts.logOut, body)
}

/** Asks for a new person, and for the administrator's own code: an app on this host must not be able to. */
export function newPersonPage(
  dress: Dress,
  formToken: string,
  { message, username }: { readonly message: string | null; readonly username: string },
): string {
  const { texts } = dress
  const body = html`<h2>${texts.newPerson}</h2>
    <p class="greeting">${texts.newPersonIntro}</p>
    ${told(message === null ? null : refusing(message))}
    <form method="post" action="/auth/gen" autocomplete="off">
      <input type="hidden" name="csrf_token" value="${formToken}" />
      <label for="user">${texts.newUsername}</label>
      <input
        id="user"
        name="user"
        value="${username}"
        autocomplete="off"
        ${first(message)}
        autocapitalize="none"
        spellcheck="false"
        required
      />
      <label for="password">${texts.newPassphrase}</label>
      <input id="password" name="password" type="password" autocomplete="new-password" minlength="10" required />
      <label for="token">${texts.ownCode}</label>
      <input id="token" name="token" inputmode="numeric" autocomplete="one-time-code" required />
      <button type="submit">${texts.addPerson}</button>
    </form>`
  return page(dress, texts.newPerson, body)
}

/** Shows a new person's secret, this once. */
export function personAddedPage(
  dress: Dress,
  person: { username: string; secretBase32: string; qrSvg: string },
): string {
  const { texts } = dress
  const groups = person.secretBase32.replaceAll(/.{4}(?=.)/g, '$& ')
  const body = html`<h2>${texts.newPerson}</h2>
    <p>${fill(texts.personAdded, { name: person.username })}</p>
    <div class="qr" role="img" aria-label="${texts.qrLabel}">${{ markup: person.qrSvg }}</div>
    <p class="hint">SECRET : <code>${groups}</code></p>
    <p><a class="button" href="/auth/gen">${texts.addAnother}</a></p>`
  return page(dress, texts.newPerson, body)
}

/** One line of the list of sessions. */
export interface SessionLine {
  readonly id: string
  readonly address: string
  readonly device: string
  readonly lastSeen: string
  readonly isCurrent: boolean
}

// Buttons that are all called the same cannot be told apart by ear.
function spokenEnd({ texts }: Dress, { device, lastSeen }: SessionLine): string {
  return fill(texts.endSessionOf, { device, lastSeen })
}

/** My sessions, each with its end. */
export function sessionsPage(
  dress: Dress,
  formToken: string,
  { lines, message }: { readonly lines: readonly SessionLine[]; readonly message: string | null },
): string {
  const { texts } = dress
  const end = (value: string, label: string, spoken = label) =>
    html`<form method="post" action="/auth/sessions">
      <input type="hidden" name="csrf_token" value="${formToken}" /><input
        type="hidden"
        name="session"
        value="${value}"
      /><button class="quiet small" type="submit" aria-label="${spoken}">${label}</button>
    </form>`
  const rows = lines.map(
    (line) =>
      html`<li>
        <div><b>${line.device}</b><span>${line.address} · ${texts.lastSeen} ${line.lastSeen}</span></div>
        ${line.isCurrent ? html`<em>${texts.thisSession}</em>` : end(line.id, texts.endSession, spokenEnd(dress, line))}
      </li>`,
  )
  const others = lines.some(({ isCurrent }) => !isCurrent)
  const body = html`<h2>${texts.sessions}</h2>
    ${told(message === null ? null : refusing(message))}
    <ul class="sessions">
      ${rows}
    </ul>
    ${others ? end('others', texts.endAll) : html`<p class="hint">${texts.noSessions}</p>`}
    <p><a href="/auth/logout">${texts.logOut}</a></p>`
  return page(dress, texts.sessions, body)
}
