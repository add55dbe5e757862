import { type ReactNode, useEffect } from 'react'

/** The head of a screen: its name, what stands on its right, one line of what it is about. */
export const ScreenHead = ({
  title,
  aside,
  children,
}: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children?: ReactNode
}): ReactNode => {
  useEffect(() => {
    document.title = `${title} · Clawdbot`
  }, [title])
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="text-xl font-semibold tracking-[-0.01em]">{title}</h1>
        <span className="flex-1" />
        {aside}
      </div>
      {children ? <p className="mt-1 max-w-[90ch] text-soft">{children}</p> : null}
    </>
  )
}

/** A part of a screen under its own small heading. */
export const Section = ({
  title,
  aside,
  children,
}: {
  readonly title: ReactNode
  readonly aside?: ReactNode
  readonly children: ReactNode
}): ReactNode => (
  <section className="mt-6">
    <div className="mb-2 flex flex-wrap items-center gap-3">
      <h2 className="font-semibold">{title}</h2>
      <span className="flex-1" />
      {aside}
    </div>
    {children}
  </section>
)
