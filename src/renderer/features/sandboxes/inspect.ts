import { create } from 'zustand'
import type { SandboxView } from '../../../shared/contracts/hands-views.ts'
import { useApp } from '../../store/app-store.ts'

interface InspectStore {
  /** Whose inspection the dialog shows. */
  readonly box: SandboxView | null
  readonly set: (box: SandboxView) => void
}

export const useInspected = create<InspectStore>()((set) => ({ box: null, set: (box) => set({ box }) }))

/** Opens the dialog with Docker's own inspection of a box. */
export const openInspection = (box: SandboxView): void => {
  useInspected.getState().set(box)
  useApp.getState().show('inspect')
}
