import { CircleAlert, CircleCheck, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Toaster, toast } from 'sonner'
import type { BridgeError } from '../bridge.ts'
import { RemoteText } from './text/remote-text.tsx'

export const Toasts = (): ReactNode => (
  <Toaster
    position="bottom-right"
    gap={8}
    visibleToasts={5}
    expand
    toastOptions={{ unstyled: true }}
    offset={16}
    mobileOffset={12}
  />
)

/** One toast in the window's own look. */
export const ToastCard = ({
  icon,
  title,
  children,
  action,
  onClose,
}: {
  readonly icon: ReactNode
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly action?: ReactNode
  readonly onClose: () => void
}): ReactNode => (
  <div className="shadow-pop forced-line flex w-[380px] max-w-[calc(100vw-24px)] items-start gap-3 rounded-m border border-line-strong bg-bg py-2.5 pr-2 pl-3.5 text-fg">
    <div className="mt-0.5 shrink-0">{icon}</div>
    <div className="min-w-0 flex-1 text-m">
      <div className="font-medium">{title}</div>
      {children ? <div className="text-soft">{children}</div> : null}
    </div>
    {action}
    <button
      type="button"
      aria-label="Dismiss"
      onClick={onClose}
      className="grid size-6 shrink-0 place-items-center rounded-s text-faint hover:bg-raised hover:text-fg"
    >
      <X aria-hidden className="size-3.5" />
    </button>
  </div>
)

/** Errors stay until they are dismissed: what to do next is in them. The same error is shown once. */
export const showError = (error: BridgeError): void => {
  toast.custom(
    (id) => (
      <ToastCard
        icon={<CircleAlert aria-hidden className="size-4 text-bad" />}
        title={<RemoteText text={error.message} />}
        onClose={() => toast.dismiss(id)}
      >
        <RemoteText text={error.hint} />
      </ToastCard>
    ),
    { id: `error:${error.code}:${error.message}`, duration: Number.POSITIVE_INFINITY },
  )
}

export const showDone = (note: string): void => {
  toast.custom((id) => (
    <ToastCard
      icon={<CircleCheck aria-hidden className="size-4 text-good" />}
      title={<RemoteText text={note} />}
      onClose={() => toast.dismiss(id)}
    />
  ))
}
