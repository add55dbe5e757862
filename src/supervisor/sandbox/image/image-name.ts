/** https://pkg.go.dev/github.com/distribution/reference – as far as a name has to be safe in a path. */
const REFERENCE =
  /^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/

export const isImageName = (image: string): boolean => image.length <= 255 && REFERENCE.test(image)

/** A name and its tag; `latest` where it has none. A port before the first slash is no tag. */
export const splitReference = (image: string): readonly [name: string, tag: string] => {
  const colon = image.lastIndexOf(':')
  return colon > image.lastIndexOf('/') ? [image.slice(0, colon), image.slice(colon + 1)] : [image, 'latest']
}
