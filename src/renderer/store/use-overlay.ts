import { useEffect } from 'react'
import { useApp } from './app-store.ts'

/** One overlay that closes by itself when what it asks about is gone, say because it was ended in a terminal. */
export const useOverlay = (
  name: 'resume' | 'bundle',
  isThere: boolean,
): { readonly open: boolean; readonly close: () => void } => {
  const asked = useApp((store) => store.overlay === name)
  const show = useApp((store) => store.show)
  useEffect(() => {
    if (asked && !isThere) show(null)
  }, [asked, isThere, show])
  return { open: asked && isThere, close: () => show(null) }
}
