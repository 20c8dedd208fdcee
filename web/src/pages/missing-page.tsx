import { Button } from '@mantine/core'
import { Link } from 'wouter'
import { Page } from '../parts/page.tsx'
import { Door } from '../session/door.tsx'
import { useWords } from '../words/words.tsx'

/** What stands at an address that is none of ours, for whoever is logged in. */
export function MissingPage() {
  const { t } = useWords()
  return (
    <Page title={t('missing.title')} lead={t('missing.why')}>
      <Button component={Link} href="/" variant="light">
        {t('do.home')}
      </Button>
    </Page>
  )
}

/** The same for a stranger. */
export function MissingDoor() {
  const { t } = useWords()
  return (
    <Door title={t('missing.title')} lead={t('missing.why')}>
      <Button component={Link} href="/" variant="light">
        {t('do.home')}
      </Button>
    </Door>
  )
}
