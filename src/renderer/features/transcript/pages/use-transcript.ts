import { useEffect, useState, useSyncExternalStore } from 'react'
import { askArchive } from '../../../ask-archive.ts'
import { onMain } from '../../../bridge.ts'
import { useSlice } from '../../../store/app-store.ts'
import { archivePort } from './archive-port.ts'
import { type SourceState, TranscriptSource } from './transcript-source.ts'

/** The transcript of one file, from the turn that is wanted, and followed as long as it is shown. */
export const useTranscript = (
  ref: string,
  opensAt: number,
): { readonly source: TranscriptSource; readonly state: SourceState } => {
  const [source] = useState(() => new TranscriptSource(ref, archivePort))
  const state = useSyncExternalStore(source.subscribe, source.state)
  const { phase } = useSlice('archive')
  const answers = phase !== 'failed' && phase !== 'starting'
  useEffect(() => {
    if (!answers) return undefined
    const off = onMain('archive.grown', (grown) => {
      if (grown.ref === ref) source.grown(grown.generation, grown.total)
    })
    // Watched first, then read, so that no change falls in between. An archive that was away knows of no watching.
    void askArchive('archive.watch', { ref })
    if (source.state().version === 0) void source.open(opensAt)
    else void source.again()
    return () => {
      off()
      void askArchive('archive.watch', { ref: null })
    }
    // oxlint-disable-next-line react/exhaustive-deps -- where it opens counts once
  }, [source, ref, answers])
  return { source, state }
}
