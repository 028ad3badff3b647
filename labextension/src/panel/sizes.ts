const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes as people read them; empty where they are not known. */
export function readable(bytes: number | null): string {
  if (bytes === null) {
    return '';
  }
  let unit = 0;
  let amount = bytes;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 || amount >= 100 ? amount.toFixed(0) : amount.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
