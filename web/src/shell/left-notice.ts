import { notifications } from '@mantine/notifications'
import { useEffect } from 'react'

const cookieName = 'watchword_notice'

/** Shows, once, the sentence a form outside the console left for the next page. */
export function useLeftNotice(): void {
  useEffect(() => {
    const sentence = readLeftNotice(document.cookie)
    if (sentence === null) return
    document.cookie = `${cookieName}=; Path=/; Max-Age=0; SameSite=Strict`
    notifications.show({ message: sentence })
  }, [])
}

/** The sentence in a cookie header; null when none was left or it cannot be read. */
function readLeftNotice(cookies: string): string | null {
  const pair = cookies.split('; ').find((cookie) => cookie.startsWith(`${cookieName}=`))
  try {
    return pair === undefined ? null : decodeURIComponent(pair.slice(cookieName.length + 1)) || null
  } catch {
    return null
  }
}
