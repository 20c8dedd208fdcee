import { Tabs } from '@mantine/core'
import { IconFileImport, IconKey, IconLock, IconQrcode } from '@tabler/icons-react'
import { useState } from 'react'
import { EmptyFace } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { FileSource } from './file-source.tsx'
import { ImageSource } from './image-source.tsx'
import { TextSource } from './text-source.tsx'

/** Three ways in: a text, an image, a file of another app. */
export function AddPage() {
  const { t } = useWords()
  const { mayAddAccounts } = useMe()
  const [way, setWay] = useState<string | null>('text')
  if (!mayAddAccounts) {
    return (
      <Page title={t('add.title')} isNarrow>
        <EmptyFace title={t('add.notAllowed')} why={t('add.notAllowedWhy')} icon={<IconLock size={28} />} />
      </Page>
    )
  }
  return (
    <Page title={t('add.title')} lead={t('add.lead')} isNarrow>
      <Tabs value={way} onChange={setWay} keepMounted>
        <Tabs.List mb="lg">
          <Tabs.Tab value="text" leftSection={<IconKey size={17} />}>
            {t('add.byText')}
          </Tabs.Tab>
          <Tabs.Tab value="image" leftSection={<IconQrcode size={17} />}>
            {t('add.byImage')}
          </Tabs.Tab>
          <Tabs.Tab value="file" leftSection={<IconFileImport size={17} />}>
            {t('add.byFile')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="text">
          <TextSource />
        </Tabs.Panel>
        <Tabs.Panel value="image">
          <ImageSource isActive={way === 'image'} onPasted={() => setWay('image')} />
        </Tabs.Panel>
        <Tabs.Panel value="file">
          <FileSource />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
