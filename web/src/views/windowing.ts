/** Which rows of a long list of equally high rows are near what is seen. */

export interface Shape {
  /** Cards side by side. */
  readonly columns: number;
  /** Height of a row with its gap, CSS pixels. */
  readonly row: number;
  readonly total: number;
}

export interface Seen {
  /** The first card, and one after the last. */
  readonly first: number;
  readonly end: number;
  /** Where the first card's row begins, CSS pixels. */
  readonly top: number;
  /** Of all rows together. */
  readonly height: number;
}

/** Rows beyond the edge that are there before they come in sight. */
const AROUND = 2;

export function shapeOf(width: number, total: number, smallest: number, gap: number, below: number): Shape {
  const columns = Math.max(1, Math.floor((width + gap) / (smallest + gap)));
  const card = (width - (columns - 1) * gap) / columns;
  return { columns, row: Math.round((card * 9) / 16) + below + gap, total };
}

export function seenAt({ columns, row, total }: Shape, scroll: number, height: number): Seen {
  const rows = Math.ceil(total / columns);
  const firstRow = Math.min(Math.max(0, Math.floor(scroll / row) - AROUND), Math.max(0, rows - 1));
  const endRow = Math.min(rows, Math.ceil((scroll + height) / row) + AROUND);
  return { first: firstRow * columns, end: Math.min(total, endRow * columns), top: firstRow * row, height: rows * row };
}

/** Where a key leads from a card; null when it is not about cards. */
export function stepTo(key: string, from: number, { columns, total }: Shape, page: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * page,
    PageDown: columns * page,
    Home: -total,
    End: total,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(Math.max(0, from + step), total - 1);
}
