/** A field of a protobuf message: its number, and its value: a whole number, or the bytes of a text or a message. */
export interface Field {
  number: number;
  value: number | Buffer;
}

/**
 * The fields of a message in their order. Numbers of fixed length are left out, those above 2^53 are not exact.
 * @throws RangeError when it is cut off, or is no message
 */
export function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, kind] = [Math.floor(key / 8), key % 8];
    if (kind === 0) found.push({ number, value: varint() });
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint();
      const end = at + length;
      if (end > message.length) throw new RangeError(`got ${message.length - at} bytes, expected ${length}`);
      found.push({ number, value: message.subarray(at, end) });
      at = end;
    } else throw new RangeError(`got a field of kind ${kind}, expected 0, 1, 2 or 5`);
  }
  return found;
}

/** The bytes of all fields of that number. */
export function each(message: Buffer, number: number): Buffer[] {
  return fields(message).flatMap(({ number: own, value }) => (own === number && Buffer.isBuffer(value) ? [value] : []));
}

/** The whole number in a field; 0 without one, as protobuf has it. */
export function whole(message: Buffer, number: number): number {
  const found = fields(message).findLast((field) => field.number === number);
  return typeof found?.value === "number" ? found.value : 0;
}

/** The text of a field; empty without one. */
export function text(message: Buffer, number: number): string {
  return each(message, number).at(-1)?.toString("utf8") ?? "";
}

/** A field that holds a text, as bytes of a message. @param value shorter than 128 bytes */
export function textField(number: number, value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length > 127) throw new RangeError(`got ${bytes.length} bytes, expected at most 127`);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}
