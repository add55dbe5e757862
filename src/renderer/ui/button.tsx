import type { ComponentProps, ReactNode } from 'react'

type Look = 'plain' | 'primary' | 'danger' | 'quiet'

const LOOKS: Readonly<Record<Look, string>> = {
  plain: 'border-line-strong hover:bg-raised',
  primary: 'bg-accent border-accent text-bg hover:brightness-110 font-medium forced-colors:text-[ButtonText]',
  danger: 'border-bad text-bad hover:bg-bad-bg',
  quiet: 'border-transparent text-soft hover:bg-raised hover:text-fg',
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'type'> {
  readonly look?: Look
  readonly size?: 'm' | 's'
  /** Off, but still there for the keyboard and for a screen reader; it does nothing. */
  readonly off?: boolean
  readonly type?: 'button' | 'submit'
}

export const Button = ({
  look = 'plain',
  size = 'm',
  off = false,
  className = '',
  onClick,
  children,
  type = 'button',
  ...rest
}: ButtonProps): ReactNode => (
  <button
    {...rest}
    type={type === 'submit' ? 'submit' : 'button'}
    aria-disabled={off || undefined}
    onClick={(event) => {
      if (off) event.preventDefault()
      else onClick?.(event)
    }}
    className={`inline-flex shrink-0 items-center justify-center gap-1.5 rounded-s border font-medium whitespace-nowrap transition-colors select-none aria-disabled:opacity-50 ${
      size === 's' ? 'h-6 px-2 text-s' : 'h-7 px-3'
    } ${LOOKS[look]} ${className}`}
  >
    {children}
  </button>
)
