/**
 * Puts a text on the clipboard as it is, without the marks that the screen draws into it. The page has no
 * permission for the clipboard, and needs none: it answers the copy that a press of a button makes.
 */
export const copyText = (text: string): boolean => {
  let taken = false
  const answer = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    event.stopImmediatePropagation()
    taken = true
  }
  document.addEventListener('copy', answer, { capture: true })
  // oxlint-disable-next-line typescript/no-deprecated -- the other way asks for a permission that the app denies to all pages
  const done = document.execCommand('copy')
  document.removeEventListener('copy', answer, { capture: true })
  return done && taken
}
