import { Group } from '@mantine/core'
import { useEffect, useState } from 'react'
import { CodeDigits } from '../../parts/code-digits.tsx'
import { CodeRing } from '../../parts/code-ring.tsx'
import { Note } from '../../parts/note.tsx'
import { useServerNow } from '../../parts/server-now.ts'
import { useWords } from '../../words/words.tsx'
import { browserCode, canMakeCodes } from './browser-code.ts'
import type { CodeShape } from './read-secret.ts'

/** The code the typed secret makes now, to compare with another app before anything is stored. */
export function CompareCode({ secretBase32, shape }: { secretBase32: string; shape: CodeShape }) {
  const { t } = useWords()
  const nowMs = useServerNow(canMakeCodes())
  const [made, setMade] = useState<{ code: string | null; forStep: number }>({ code: null, forStep: -1 })
  const periodMs = shape.periodSeconds * 1000
  const step = shape.type === 'hotp' ? shape.counter : Math.floor(nowMs / periodMs)
  useEffect(() => {
    if (!canMakeCodes()) return
    let isCurrent = true
    void browserCode(secretBase32, shape, step * periodMs).then((code) => isCurrent && setMade({ code, forStep: step }))
    return () => {
      isCurrent = false
    }
  }, [secretBase32, shape, step, periodMs])

  if (!canMakeCodes()) return <Note tone="info">{t('add.compareNot')}</Note>
  if (made.code === null || made.forStep !== step) return null
  return (
    <Group justify="space-between" align="center">
      <div>
        <div className="ww-item-title">{t('add.compare')}</div>
        <div className="ww-quiet ww-small">{t('add.compareHint')}</div>
      </div>
      <Group gap="md">
        <CodeDigits code={made.code} />
        {shape.type === 'totp' && (
          <CodeRing validFromMs={step * periodMs} validUntilMs={(step + 1) * periodMs} nowMs={nowMs} />
        )}
      </Group>
    </Group>
  )
}
