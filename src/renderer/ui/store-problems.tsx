import type { ReactNode } from 'react'
import { PROVIDER_LABEL } from '../../shared/domain/provider.ts'
import { useSlice } from '../store/app-store.ts'
import { Notice } from './notice.tsx'
import { RemoteText } from './text/remote-text.tsx'

/** Files that could not be read, on each screen that would show what is in them. */
export const StoreProblems = ({ about }: { readonly about: string }): ReactNode => {
  const problems = useSlice('problems')
  if (problems.length === 0) return null
  return (
    <div className="mt-4 flex flex-col gap-2">
      {problems.map(({ provider, file, error }) => (
        <Notice
          key={file}
          tone="bad"
          title={
            <>
              {PROVIDER_LABEL[provider]}: <RemoteText text={file} className="mono" /> could not be read
            </>
          }
        >
          {about} <RemoteText text={error.message} /> <RemoteText text={error.hint} className="text-soft" />
        </Notice>
      ))}
    </div>
  )
}
