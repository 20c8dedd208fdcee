import { Checkbox, Modal } from '@mantine/core'
import { useWords, type WordKey } from '../words/words.tsx'

const keys: [string[], WordKey][] = [
  [['/'], 'help.filter'],
  [['↑', '↓'], 'help.move'],
  [['Enter'], 'help.enter'],
  [['Esc'], 'help.hide'],
  [['o'], 'help.open'],
  [['f'], 'help.favourite'],
  [['n'], 'help.new'],
  [['g', 'c r p a s m'], 'help.go'],
  [['?'], 'help.help'],
]

interface HelpDialogProps {
  readonly isOpen: boolean
  readonly hasShortcuts: boolean
  onClose(): void
  onShortcuts(areOn: boolean): void
}

/** What the keyboard does, and whether it does it everywhere. */
export function HelpDialog({ isOpen, hasShortcuts, onClose, onShortcuts }: HelpDialogProps) {
  const { t } = useWords()
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('help.title')} closeButtonProps={{ 'aria-label': t('do.close') }}>
      <dl className="ww-facts">
        {keys.map(([names, text]) => (
          <div key={text} style={{ display: 'contents' }}>
            <dt>
              {names.map((name) => (
                <kbd key={name} className="ww-kbd" style={{ marginRight: '.3rem' }}>
                  {name}
                </kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <Checkbox
        mt="lg"
        label={t('help.shortcuts')}
        description={t('help.shortcutsWhy')}
        checked={hasShortcuts}
        onChange={(event) => onShortcuts(event.currentTarget.checked)}
      />
    </Modal>
  )
}
