// Reads a JSON object a line on stdin, {receipt, keys} with the receipt in
// base64, and answers each with the verdict of verify.js. The first
// argument is the JSON of the field names.
import { createInterface } from "node:readline";
import { parseKeys, verify } from "../verify.js";

const slots = JSON.parse(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const { receipt, keys } = JSON.parse(line);
  const bytes = Uint8Array.from(Buffer.from(receipt, "base64"));
  const verdict = await verify(bytes, (await parseKeys(keys)).keys, slots);
  process.stdout.write(JSON.stringify(verdict) + "\n");
}
