/** Watches whether the visitor left this page since the last copy. */
let leftSinceCopy = false
addEventListener('blur', () => {
  leftSinceCopy = true
})
/** Takes the code that was copied last out of the clipboard again. */
let clearing: ReturnType<typeof setTimeout> | undefined
// What was copied by hand since lies there instead of the code.
for (const event of ['copy', 'cut'] as const) addEventListener(event, () => clearTimeout(clearing))

/** Copies a text. False when the browser does not allow it, as on plain HTTP, where it has no clipboard at all. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    clearTimeout(clearing)
    return true
  } catch {
    return false
  }
}

/**
 * Copies a code and takes it out of the clipboard again when it ends, where the browser allows it.
 *
 * Cleared only when what lies there is surely still ours: the browser lets us read it and it is the code, or the
 * visitor never left this page.
 *
 * @returns false when the browser does not allow copying at all
 */
export async function copyCode(code: string, clearAfterMs: number): Promise<boolean> {
  if (!(await copyText(code))) return false
  leftSinceCopy = false
  clearing = setTimeout(() => void clear(code), clearAfterMs)
  return true
}

async function clear(code: string): Promise<void> {
  if (await isStillOurs(code)) await navigator.clipboard.writeText('').catch(() => {})
}

async function isStillOurs(code: string): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName })
    if (state === 'granted') return (await navigator.clipboard.readText()) === code
  } catch {
    // Firefox and Safari know no such permission: the focus decides.
  }
  return !leftSinceCopy && document.hasFocus()
}
