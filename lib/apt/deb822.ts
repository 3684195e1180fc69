/** The stanzas of a control file: fields by name, the lines of a long field joined by line ends, without their indent. */
export function* stanzas(text: string): Generator<Map<string, string>> {
  let fields = new Map<string, string>();
  let name = "";
  for (const line of lines(text)) {
    if (line === "" || line === "\r") {
      if (fields.size > 0) yield fields;
      fields = new Map();
      name = "";
    } else if (line[0] === " " || line[0] === "\t") {
      fields.set(name, `${fields.get(name) ?? ""}\n${line.trim()}`);
    } else if (line[0] !== "#") {
      const colon = line.indexOf(":");
      name = line.slice(0, Math.max(colon, 0));
      fields.set(name, line.slice(colon + 1).trim());
    }
  }
  if (fields.size > 0) yield fields;
}

function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end < 0 ? undefined : end);
    if (end < 0) return;
    start = end + 1;
  }
}
