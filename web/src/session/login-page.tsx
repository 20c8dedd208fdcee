import { useLocation } from 'wouter'
import type { Me } from '../contract.ts'
import { Note } from '../parts/note.tsx'
import { useWords } from '../words/words.tsx'
import { Door } from './door.tsx'
import { LoginForm } from './login-form.tsx'
import { useNewSession } from './session.tsx'

/** What a stranger sees at every address; after the login the page they asked for opens. */
export function LoginPage({ me }: { me: Me }) {
  const { t } = useWords()
  const [path] = useLocation()
  const newSession = useNewSession()
  if (me.login.setupNeeded) {
    return (
      <Door title={t('setup.needTitle')}>
        <Note tone="info">{t('setup.need')}</Note>
      </Door>
    )
  }
  return (
    <Door title={t('login.title')}>
      <LoginForm ways={me.login} returnTo={path === '/login' ? '/' : path + location.search} onLogin={newSession} />
    </Door>
  )
}
