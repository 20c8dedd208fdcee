import type { Intake } from '../../contract.ts'
import { useWords } from '../../words/words.tsx'

/** The record of an intake in sentences, as the server noted it. */
export function IntakeRecord({ intake }: { intake: Intake }) {
  const { t, dateTime } = useWords()
  const { readers, exception, loader, loadedAtMs, registeredAtMs, rotatedBy, rotatedAtMs, shownTo, checkedAtMs } =
    intake
  const lines = [
    t('root.record.readers', { names: readers.join(', ') }),
    t('root.record.loader', { name: loader, when: dateTime(loadedAtMs) }),
    exception !== undefined && t('root.record.exception', { reason: exception }),
    registeredAtMs !== undefined && t('root.record.registered', { when: dateTime(registeredAtMs) }),
    rotatedAtMs !== undefined && t('root.record.rotated', { name: rotatedBy ?? '', when: dateTime(rotatedAtMs) }),
    checkedAtMs !== undefined && t('root.record.checked', { name: shownTo ?? '', when: dateTime(checkedAtMs) }),
  ]
  return (
    <ul style={{ margin: 0, paddingInlineStart: '1.1rem' }}>
      {lines
        .filter((line) => line !== false)
        .map((line) => (
          <li key={line} dir="auto">
            {line}
          </li>
        ))}
    </ul>
  )
}
