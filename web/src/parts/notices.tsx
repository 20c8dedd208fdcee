import { MantineThemeProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { useWords } from '../words/words.tsx'

const shownForMs = 8000

/** Where short notices appear; their close button has a name in the visitor's language. */
export function Notices() {
  const { t } = useWords()
  const closeButtonProps = { 'aria-label': t('do.close') }
  return (
    <MantineThemeProvider theme={{ components: { Notification: { defaultProps: { closeButtonProps } } } }}>
      <Notifications position="bottom-center" autoClose={shownForMs} />
    </MantineThemeProvider>
  )
}
