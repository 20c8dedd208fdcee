import { Button, Modal, type ModalProps } from '@mantine/core'
import { useIsMutating } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { useWords } from '../words/words.tsx'

interface DialogProps extends Pick<ModalProps, 'size'> {
  readonly title: string
  readonly isOpen: boolean
  onClose(): void
  readonly children: ReactNode
}

/**
 * A window over the page. It stays while a change is on its way: closed, it could not say how that ended, nor show
 * what is shown only once. What it holds is made anew at each opening.
 */
export function Dialog({ title, isOpen, onClose, size = 'md', children }: DialogProps) {
  const { t } = useWords()
  const isBusy = useIsBusy()
  const [isHeld, hold] = useState(false)
  return (
    <Modal
      opened={isOpen}
      onClose={() => !isBusy && !isHeld && onClose()}
      title={title}
      size={size}
      withCloseButton={!isHeld}
      closeButtonProps={{ 'aria-label': t('do.close'), disabled: isBusy }}
    >
      <Holder value={hold}>{children}</Holder>
    </Modal>
  )
}

const Holder = createContext<(isHeld: boolean) => void>(() => {})

/** What a {@link Dialog} shows this once: neither a click beside it nor the Escape key takes it away, only its own button. */
export function ShownOnce({ children }: { children: ReactNode }) {
  const hold = use(Holder)
  useEffect(() => {
    hold(true)
    return () => hold(false)
  }, [hold])
  return children
}

/** Leaves a {@link Dialog} without doing anything, as long as nothing is being done. */
export function CancelButton({ onCancel, hasFocus = false }: { onCancel(): void; hasFocus?: boolean }) {
  const { t } = useWords()
  const isBusy = useIsBusy()
  return (
    <Button variant="default" disabled={isBusy} onClick={onCancel} {...(hasFocus ? { 'data-autofocus': true } : {})}>
      {t('do.cancel')}
    </Button>
  )
}

/** Whether a change is on its way to the server. */
export function useIsBusy(): boolean {
  return useIsMutating() > 0
}
