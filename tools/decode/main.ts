import { readFile } from "node:fs/promises";
import { decodeFiles } from "./decode-files.ts";

process.exitCode = await decodeFiles(process.argv.slice(2), {
  readText: (file) => readFile(file, "utf8"),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
