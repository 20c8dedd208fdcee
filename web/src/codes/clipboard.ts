/** Watches whether the visitor left this page since the last copy. */
let leftSinceCopy = false
addEventListener('blur', () => {
  leftSinceCopy = true
})

/**
 * Copies a code and takes it out of the clipboard again when it ends, where the browser allows it.
 *
 * Cleared only when what lies there is surely still ours: the browser lets us read it and it is the code, or the
 * visitor never left this page.
 *
 * @returns false when the browser does not allow copying at all
 */
export async function copyCode(code: string, clearAfterMs: number): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code)
  } catch {
    return false
  }
  leftSinceCopy = false
  setTimeout(() => void clear(code), clearAfterMs)
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
