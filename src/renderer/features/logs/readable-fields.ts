/** Fields with a line for each; as they are, where they were cut and are no JSON any more. */
export const readableFields = (fields: string): string => {
  try {
    return JSON.stringify(JSON.parse(fields), null, 2)
  } catch {
    // Cut, or nested deeper than can be written: as it is, it still says what it says.
    return fields
  }
}
