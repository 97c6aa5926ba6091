/** A tar archive (POSIX ustar) of text files: what every system unpacks without another program. */
const BLOCK = 512;

export function tar(files: { path: string; text: string }[]): Blob {
  const encoder = new TextEncoder();
  const parts: BlobPart[] = [];
  for (const { path, text } of files) {
    const content = encoder.encode(text);
    parts.push(header(path, content.length), content, new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: "application/x-tar" });
}

/** Throws for a path of more than 100 bytes, which the plain header has no room for. */
function header(path: string, size: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  if (new TextEncoder().encode(path).length > 100) {
    throw new RangeError(`${path} is too long a name for an archive`);
  }
  put(0, path);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7) + octal(0, 7));
  put(124, octal(size, 11) + octal(0, 11));
  // The checksum counts itself as spaces.
  put(148, "        0");
  put(257, "ustar\0" + "00");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)} `);
  return block;
}
