import { Notification } from 'electron'

export interface Notice {
  readonly title: string
  readonly body: string
  readonly onClick?: () => void
}

/** Notifications are kept until they are closed: one that is collected no longer hears its click. */
const shown = new Set<Notification>()

/** Raises a native notification, where the system has such a thing. */
export const notice = ({ title, body, onClick }: Notice): void => {
  if (!Notification.isSupported()) return
  const notification = new Notification({ title, body })
  shown.add(notification)
  notification.on('close', () => shown.delete(notification))
  if (onClick !== undefined) notification.on('click', onClick)
  notification.show()
}
