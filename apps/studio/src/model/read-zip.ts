/** Bytes that can be read in any order; both ends as `Blob.slice` takes them. */
export type Bytes = { readonly size: number; slice(start: number, end: number): Blob };
export type ZipEntry = {
  readonly name: string;
  readonly bytes: number;
  readonly packed: number;
  readonly method: number;
  readonly at: number;
};

const endMark = 0x06054b50;
const end64Mark = 0x06064b50;
const locatorMark = 0x07064b50;
const entryMark = 0x02014b50;
const localMark = 0x04034b50;
const longestEnd = 65_557;
const mostEntries = 200_000;
const stored = 0;
const deflated = 8;

/** What a ZIP file holds, by name, as its directory tells (PKWARE APPNOTE 6.3, with ZIP64); throws for anything else. */
export async function readZip(file: Bytes): Promise<ReadonlyMap<string, ZipEntry>> {
  const tailAt = Math.max(0, file.size - longestEnd);
  const tail = await viewOf(file, { at: tailAt, bytes: file.size - tailAt });
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== endMark) end--;
  if (end < 0) throw new Error('This is no bundle: it has no directory of files. Choose an .otioz or .otio file.');
  let count = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let at = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === locatorMark) {
    const big = await viewOf(file, { at: long(tail, end - 20 + 8), bytes: 56 });
    if (big.getUint32(0, true) === end64Mark) {
      count = long(big, 32);
      size = long(big, 40);
      at = long(big, 48);
    }
  }
  if (count > mostEntries || at + size > file.size) throw new Error('The bundle is damaged: its directory does not fit. Export it again.');
  return entriesOf(await viewOf(file, { at, bytes: size }), count);
}

function entriesOf(view: DataView, count: number): ReadonlyMap<string, ZipEntry> {
  const found = new Map<string, ZipEntry>();
  const decoder = new TextDecoder();
  for (let offset = 0, number = 0; number < count; number++) {
    if (offset + 46 > view.byteLength || view.getUint32(offset, true) !== entryMark)
      throw new Error('The bundle is damaged: its directory breaks off. Export it again.');
    const [nameBytes, extraBytes, noteBytes] = [28, 30, 32].map((field) => view.getUint16(offset + field, true)) as [
      number,
      number,
      number,
    ];
    const name = decoder.decode(new Uint8Array(view.buffer, view.byteOffset + offset + 46, nameBytes));
    const plain = {
      packed: view.getUint32(offset + 20, true),
      bytes: view.getUint32(offset + 24, true),
      at: view.getUint32(offset + 42, true),
    };
    const entry = {
      name,
      method: view.getUint16(offset + 10, true),
      ...withLong(plain, { view, from: offset + 46 + nameBytes, bytes: extraBytes }),
    };
    if (!found.has(name)) found.set(name, entry);
    offset += 46 + nameBytes + extraBytes + noteBytes;
  }
  return found;
}

type Sizes = { readonly packed: number; readonly bytes: number; readonly at: number };

/** Sizes of four gigabytes and more stand in an extra field, those that need it, in this order. */
function withLong(sizes: Sizes, { view, from, bytes }: { readonly view: DataView; readonly from: number; readonly bytes: number }): Sizes {
  for (let at = from; at + 4 <= from + bytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const take = (value: number): number => {
      if (value !== 0xffffffff) return value;
      next += 8;
      return long(view, next - 8);
    };
    const whole = take(sizes.bytes);
    const packed = take(sizes.packed);
    return { bytes: whole, packed, at: take(sizes.at) };
  }
  return sizes;
}

/** The bytes of a file of the bundle; nothing of it is held in memory until it is read. */
export async function openEntry(file: Bytes, { name, method, at, packed }: ZipEntry): Promise<Blob> {
  const head = await viewOf(file, { at, bytes: 30 });
  if (head.getUint32(0, true) !== localMark) throw new Error(`The bundle is damaged where ${name} should begin. Export it again.`);
  const start = at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const part = file.slice(start, start + packed);
  if (method === stored) return part;
  if (method !== deflated) throw new Error(`${name} is packed in a way that no browser reads (method ${method}). Export the bundle again.`);
  return new Response(part.stream().pipeThrough(new DecompressionStream('deflate-raw'))).blob();
}

async function viewOf(file: Bytes, { at, bytes }: { readonly at: number; readonly bytes: number }): Promise<DataView> {
  return new DataView(await file.slice(at, at + bytes).arrayBuffer());
}

function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
