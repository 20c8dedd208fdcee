import { Button, Modal, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type Me, readMe } from '../contract.ts'
import { useWords } from '../words/words.tsx'
import { LoginForm } from './login-form.tsx'
import { useNewSession, useSessionEnded, useWhoAmI } from './session.tsx'

/** A dialog may be open when the session ends. */
const aboveDialogs = 400

/** The login above a page whose session ended: what was typed below stays. */
export function SessionEnded({ me }: { me: Me }) {
  const { t } = useWords()
  const client = useQueryClient()
  const newSession = useNewSession()
  const whoAmI = useWhoAmI()
  const [isEnded, setEnded] = useSessionEnded()
  const goOn = (now: Me) => {
    // Another person must not find the first one's half-filled form.
    if (now.person?.id !== me.person?.id) return location.reload()
    if (now.person === null) return
    client.setQueryData([readMe.name], now)
    newSession(now)
    setEnded(false)
  }
  const lookAgain = async () => {
    const { data } = await whoAmI.refetch()
    if (data !== undefined && data.person !== null) goOn(data)
  }
  return (
    <Modal
      opened={isEnded}
      onClose={() => {}}
      withCloseButton={false}
      zIndex={aboveDialogs}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('ended.title')}
    >
      <Stack>
        <Text>{t('ended.lead')}</Text>
        {me.login.oidc && <Text>{t('ended.oidc')}</Text>}
        <LoginForm ways={me.login} returnTo="/" opensTab onLogin={goOn} />
        {me.login.oidc && (
          <Button variant="default" onClick={() => void lookAgain()}>
            {t('ended.back')}
          </Button>
        )}
      </Stack>
    </Modal>
  )
}
