import { Button, Group, Stack } from '@mantine/core'
import { IconDownload, IconPrinter } from '@tabler/icons-react'
import { CopyButton } from '../parts/copy-button.tsx'
import { useWords } from '../words/words.tsx'

/** Recovery codes, shown this once: to print, to save, to copy. */
export function RecoveryCodes({ codes, name }: { codes: readonly string[]; name: string }) {
  const { t } = useWords()
  const text = [t('recovery.fileHead', { name, host: location.host }), '', ...codes, ''].join('\n')
  return (
    <Stack>
      {/* Paper found in a drawer says what it opens. */}
      <p className="ww-print-only">{t('recovery.fileHead', { name, host: location.host })}</p>
      <ul className="ww-secret ww-recovery" aria-label={t('setup.step3')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group className="ww-no-print">
        <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => print()}>
          {t('do.print')}
        </Button>
        <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => saveText(text)}>
          {t('recovery.save')}
        </Button>
        <CopyButton text={codes.join('\n')} />
      </Group>
    </Stack>
  )
}

function saveText(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = 'watchword-recovery-codes.txt'
  link.click()
  URL.revokeObjectURL(address)
}
