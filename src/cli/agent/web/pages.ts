import type { IndexEntry } from '../store/name-index.ts'
import { type Html, html } from './html.ts'

/** What the list page shows. */
export interface ListPage {
  readonly entries: readonly IndexEntry[]
  readonly isOpen: boolean
  readonly lockAfterMinutes: number
}

/** All accounts, with the passphrase box while the store is locked. */
export function listPage({ entries, isOpen, lockAfterMinutes }: ListPage): Html {
  return layout(
    'Codes',
    html`<main id="list" data-open="${isOpen ? 'yes' : 'no'}">
      ${passphraseBox(isOpen, lockAfterMinutes)} ${entries.length === 0 ? emptyState() : filterBox()}
      <ul class="accounts" aria-label="Accounts">
        ${entries.map(accountRow)}
      </ul>
      <p id="nothing" hidden>No account fits.</p>
    </main>`,
  )
}

/** The form for a new account. */
export function addPage(problem = ''): Html {
  return layout(
    'Add',
    html`<main id="add">
      <h2>Add an account</h2>
      <p role="alert" id="problem">${problem}</p>
      <form method="post" action="/add" enctype="multipart/form-data">
        <label for="title">Name</label>
        <input id="title" name="title" maxlength="200" autocomplete="off" />
        <label for="secret">Secret, or a whole otpauth address</label>
        <input id="secret" name="secret" type="password" autocomplete="off" spellcheck="false" />
        <label for="qrcode"
          >Or a picture of its QR code (PNG, JPEG, GIF); it can be dropped or pasted anywhere here</label
        >
        <input id="qrcode" name="qrcode" type="file" accept="image/png,image/jpeg,image/gif" />
        <details>
          <summary>Options</summary>
          <label for="options">As simpleotp writes them</label>
          <input
            id="options"
            name="options"
            autocomplete="off"
            placeholder="digits=6,digest=sha1,interval=30,name=,issuer="
          />
        </details>
        <p id="preview" role="status"></p>
        <button type="submit">Save</button>
      </form>
    </main>`,
  )
}

/** What was just added, with its QR code. */
export function addedPage(name: string, qrSvg: string): Html {
  return layout(
    'Added',
    html`<main>
      <h2>OTP SAVED FOR : '${name}'</h2>
      <p>Scan it with another authenticator now, if you want it there too.</p>
      <div class="qr">${{ html: qrSvg }}</div>
      <p><a href="/">Back to all codes</a></p>
    </main>`,
  )
}

/** A page with one sentence. */
export function messagePage(title: string, sentence: string): Html {
  return layout(title, html`<main><p role="alert">${sentence}</p></main>`)
}

function layout(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Watchword</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/page.css" />
        <script src="/page.js" defer></script>
      </head>
      <body>
        <header>
          <h1>Watchword</h1>
          <nav aria-label="Pages"><a href="/">Codes</a> <a href="/add">Add</a></nav>
          <button type="button" id="lock">Lock</button>
        </header>
        ${body}
        <p id="said" role="status" class="said"></p>
      </body>
    </html>`
}

function passphraseBox(isOpen: boolean, lockAfterMinutes: number): Html {
  if (isOpen) return html``
  return html`<form id="passphrase">
    <label for="secretpass">GPG passphrase</label>
    <input id="secretpass" type="password" autocomplete="off" autofocus />
    <button type="submit">Set pass</button>
    <p class="hint">It is forgotten after ${lockAfterMinutes} minutes without use.</p>
  </form>`
}

function filterBox(): Html {
  return html`<label for="filter" class="hidden">Filter</label>
    <input id="filter" type="search" autocomplete="off" placeholder="Type to filter, Enter to copy" />`
}

function emptyState(): Html {
  return html`<p>
    There are no accounts yet. <a href="/add">Add the first one</a>, or run <code>watchword import FILE</code>.
  </p>`
}

function accountRow({ name, issuer, label, type }: IndexEntry): Html {
  const who = [issuer, label].filter((part) => part !== '' && part !== name).join(', ')
  return html`<li data-name="${name}" data-search="${`${name} ${who}`.toLowerCase()}">
    <div class="who"><strong>${name}</strong> <span>${who}</span></div>
    <button type="button" class="reveal" aria-label="Reveal the code of ${name}">
      ${type === 'hotp' ? 'Next code' : 'Reveal'}
    </button>
    <button type="button" class="code" hidden><output></output></button>
    <progress max="1" value="0" hidden aria-label="Time left"></progress>
  </li>`
}
