import { Button } from '@mantine/core'
import { IconZoomExclamation } from '@tabler/icons-react'
import { Link } from 'wouter'
import { EmptyFace } from '../parts/faces.tsx'
import { Page } from '../parts/page.tsx'
import { Door } from '../session/door.tsx'
import { useWords } from '../words/words.tsx'

/** What stands at an address that is none of ours, for whoever is logged in. */
export function MissingPage() {
  const { t } = useWords()
  return (
    <Page title={t('missing.title')}>
      <EmptyFace
        title={t('missing.title')}
        why={t('missing.why')}
        icon={<IconZoomExclamation size={28} stroke={1.6} />}
      >
        <Button component={Link} href="/" variant="light">
          {t('do.home')}
        </Button>
      </EmptyFace>
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
