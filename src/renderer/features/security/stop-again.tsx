import type { ReactNode } from 'react'
import { useStop } from '../../app/lockdown/stop.ts'
import { Button } from '../../ui/button.tsx'

/** Everything is locked already, so stopping once more needs no holding: it can only find more to end. */
export const StopAgain = (): ReactNode => {
  const { stop, stopping } = useStop()
  return (
    <Button look="danger" className="bg-bg" off={stopping} onClick={() => void stop()}>
      {stopping ? 'Stopping…' : 'Stop again'}
    </Button>
  )
}
