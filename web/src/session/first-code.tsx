import { Anchor, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CopyButton } from '../parts/copy-button.tsx'
import { QrImage } from '../parts/qr-image.tsx'
import { useWords } from '../words/words.tsx'

interface FirstCodeProps {
  readonly qrSvg: string
  readonly secretBase32: string
  readonly otpauthUri: string
  /** Where the first code is typed. */
  readonly children: ReactNode
}

/** A fresh secret in every form an authenticator takes, and the field for its first code. */
export function FirstCode({ qrSvg, secretBase32, otpauthUri, children }: FirstCodeProps) {
  const { t } = useWords()
  return (
    <Stack>
      <Text>{t('setup.scan')}</Text>
      <Group align="flex-start" gap="lg">
        <QrImage svg={qrSvg} label={t('setup.qr')} />
        <Stack style={{ flex: '1 1 12rem' }} gap="sm">
          <Text size="sm" c="dimmed">
            {t('setup.secret')}
          </Text>
          <div className="ww-secret">{secretBase32.replace(/(.{4})(?=.)/g, '$1 ')}</div>
          <Group gap="sm">
            <CopyButton text={secretBase32} />
            <Anchor href={otpauthUri} size="sm">
              {t('setup.openApp')}
            </Anchor>
          </Group>
        </Stack>
      </Group>
      {children}
    </Stack>
  )
}
