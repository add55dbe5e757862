import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'

/** A dialog over the dimmed window. Escape and the backdrop close it. */
export const Modal = ({
  open,
  onClose,
  title,
  titleHidden = false,
  description,
  children,
  initialFocus,
  width = 'w-[520px]',
}: {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly titleHidden?: boolean
  readonly description?: string
  readonly children: ReactNode
  readonly initialFocus?: RefObject<HTMLElement | null>
  readonly width?: string
}): ReactNode => (
  <Dialog.Root
    // The rest of the window stays within reach of the pointer, since STOP is there.
    modal="trap-focus"
    open={open}
    onOpenChange={(next) => {
      if (!next) onClose()
    }}
  >
    <Dialog.Portal>
      <Dialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0_0_0/0.45)]" />
      <Dialog.Popup
        {...(initialFocus ? { initialFocus } : {})}
        className={`appear shadow-pop forced-line fixed top-[12vh] left-1/2 z-50 max-h-[76vh] max-w-[calc(100vw-32px)] -translate-x-1/2 overflow-auto rounded-l border border-line-strong bg-bg ${width}`}
      >
        <Dialog.Title
          className={titleHidden ? 'sr-only' : 'px-5 pt-4 text-l font-semibold tracking-[-0.01em]'}
        >
          {title}
        </Dialog.Title>
        {description ? (
          <Dialog.Description className="px-5 pt-1 text-soft">{description}</Dialog.Description>
        ) : null}
        {children}
        <Dialog.Close
          aria-label="Close"
          className={
            titleHidden
              ? 'sr-only'
              : 'absolute top-3 right-3 grid size-7 place-items-center rounded-s text-faint hover:bg-raised hover:text-fg'
          }
        >
          <X aria-hidden className="size-4" />
        </Dialog.Close>
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
)
