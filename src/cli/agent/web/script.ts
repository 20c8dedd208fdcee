/**
 * The page's script, served as the text of these functions: each may use only the browser and the others.
 *
 * Names and codes only ever become text, never markup.
 */
const functions = [post, say, startList, startFilter, startReveal, startPassphrase, startLock, startAdd, startDrop]

/** The script as the browser gets it. */
export function pageScript(): string {
  const definitions = functions.map(String).join('\n')
  const start = [startList, startPassphrase, startLock, startAdd, startDrop].map(({ name }) => `${name}()`).join('\n')
  return `'use strict'\n${definitions}\n${start}\n`
}

interface Told {
  readonly error?: string
  readonly code?: string
  readonly secondsLeft?: number | null
  readonly periodSeconds?: number
  readonly says?: string
}

async function post(path: string, body: object): Promise<Told> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => null)
  if (answer === null) return { error: 'The program behind this page has ended. Start it again: watchword agent web' }
  if (answer.status === 401 && path !== '/unlock') location.reload()
  return (await answer.json()) as Told
}

function say(text: string): void {
  const said = document.getElementById('said')
  if (said !== null) said.textContent = text
}

function startList(): void {
  if (document.getElementById('list') === null) return
  for (const row of document.querySelectorAll<HTMLLIElement>('.accounts li')) startReveal(row)
  startFilter()
}

/** Typing narrows the list wherever the focus is; Enter takes the first account left. */
function startFilter(): void {
  const filter = document.querySelector<HTMLInputElement>('#filter')
  if (filter === null) return
  const rows = [...document.querySelectorAll<HTMLLIElement>('.accounts li')]
  filter.addEventListener('input', () => {
    const wanted = filter.value.toLowerCase()
    for (const row of rows) row.hidden = !(row.dataset['search'] ?? '').includes(wanted)
    const nothing = document.getElementById('nothing')
    if (nothing !== null) nothing.hidden = rows.some((row) => !row.hidden)
  })
  filter.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    const first = rows.find((row) => !row.hidden)
    first?.querySelector<HTMLButtonElement>('.reveal:not([hidden]), .code:not([hidden])')?.click()
  })
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement
    if (!isTyping && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) filter.focus()
  })
}

/** Shows a code with its countdown, follows its period while the page is looked at, copies it at a click. */
function startReveal(row: HTMLLIElement): void {
  const reveal = row.querySelector<HTMLButtonElement>('.reveal')
  const shown = row.querySelector<HTMLButtonElement>('.code')
  const output = row.querySelector('output')
  const time = row.querySelector('progress')
  if (reveal === null || shown === null || output === null || time === null) return
  const name = row.dataset['name'] ?? ''
  let ticking: ReturnType<typeof setInterval> | undefined

  const copy = async () => {
    await navigator.clipboard.writeText(output.textContent ?? '')
    say(`Copied the code of ${name}.`)
  }
  const hide = () => {
    clearInterval(ticking)
    output.textContent = ''
    shown.hidden = time.hidden = true
    reveal.hidden = false
  }
  const show = async (isRefresh: boolean) => {
    clearInterval(ticking)
    const told = await post('/reveal', { name, refresh: isRefresh })
    if (told.code === undefined || told.error !== undefined) {
      hide()
      return say(told.error ?? 'No code came.')
    }
    output.textContent = told.code
    shown.hidden = false
    shown.setAttribute('aria-label', `Code of ${name}: ${told.code.split('').join(' ')}. Copy it`)
    if (told.secondsLeft === null || told.secondsLeft === undefined) return
    const endsMs = Date.now() + told.secondsLeft * 1000
    time.hidden = false
    reveal.hidden = true
    const tick = () => {
      const leftMs = endsMs - Date.now()
      time.value = Math.max(0, leftMs / 1000 / (told.periodSeconds ?? 30))
      time.title = `${Math.ceil(leftMs / 1000)} s`
      if (leftMs > 0) return
      clearInterval(ticking)
      if (document.hidden) hide()
      else void show(true)
    }
    // Of two clicks the second answer counts on: a countdown nobody can stop would ask for codes for ever.
    clearInterval(ticking)
    tick()
    ticking = setInterval(tick, 250)
  }
  const showAndCopy = async () => {
    await show(false)
    if (output.textContent !== '') await copy().catch(() => say(`The code of ${name} is shown.`))
  }
  reveal.addEventListener('click', () => void showAndCopy())
  shown.addEventListener('click', () => void copy().catch(() => say(`The browser did not copy the code of ${name}.`)))
}

function startPassphrase(): void {
  const form = document.querySelector<HTMLFormElement>('#passphrase')
  const box = document.querySelector<HTMLInputElement>('#secretpass')
  const unlock = async () => {
    const told = await post('/unlock', { passphrase: box?.value ?? '' })
    if (told.error === undefined) return location.reload()
    if (box !== null) box.value = ''
    say(told.error)
  }
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    void unlock()
  })
}

function startLock(): void {
  const lock = async () => {
    await post('/lock', {})
    location.reload()
  }
  document.getElementById('lock')?.addEventListener('click', () => void lock())
}

/** Checks the secret while it is typed, and shows the first code to compare before anything is saved. */
function startAdd(): void {
  const form = document.querySelector<HTMLFormElement>('#add form')
  const secret = document.querySelector<HTMLInputElement>('#secret')
  const options = document.querySelector<HTMLInputElement>('#options')
  const preview = document.getElementById('preview')
  if (form === null || secret === null || options === null || preview === null) return
  let waiting: ReturnType<typeof setTimeout> | undefined
  const check = async () => {
    if (secret.value.trim() === '') return (preview.textContent = '')
    const told = await post('/preview', { secret: secret.value, options: options.value })
    return (preview.textContent = told.error ?? told.says ?? '')
  }
  for (const box of [secret, options]) {
    box.addEventListener('input', () => {
      clearTimeout(waiting)
      waiting = setTimeout(() => void check(), 250)
    })
  }
}

/** A picture or an address that is dropped or pasted anywhere on the add page goes into the form. */
function startDrop(): void {
  const form = document.querySelector<HTMLFormElement>('#add form')
  const file = document.querySelector<HTMLInputElement>('#qrcode')
  const secret = document.querySelector<HTMLInputElement>('#secret')
  if (form === null || file === null || secret === null) return
  const take = (data: DataTransfer | null) => {
    if (data === null) return false
    const text = data.getData('text').trim()
    if (data.files.length > 0) {
      file.files = data.files
      say(`${data.files[0]?.name ?? 'The picture'} is ready to be saved.`)
    } else if (/^otpauth:/i.test(text)) {
      secret.value = text
      secret.dispatchEvent(new Event('input'))
    } else return false
    return true
  }
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    form.classList.add('dropping')
  })
  document.addEventListener('dragleave', () => form.classList.remove('dropping'))
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    form.classList.remove('dropping')
    take(event.dataTransfer)
  })
  document.addEventListener('paste', (event) => {
    if (take(event.clipboardData)) event.preventDefault()
  })
}
