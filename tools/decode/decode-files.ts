import { printPart } from "./print-part.ts";
import { type Part, ResponseError, readResponse } from "./read-response.ts";

type Decoded =
  | { readonly file: string; readonly response: Part }
  | { readonly file: string; readonly error: { readonly path: string; readonly message: string } };

export interface DecodeDeps {
  /** @throws when there is no such file */
  readonly readText: (file: string) => Promise<string>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

const USAGE = `npm run decode -- [--json] FILE...

Prints what is in recorded responses of the Radix Gateway: non-fungible data, key-value store data,
details of committed transactions, receipts of previews, of whichever protocol.
`;

/** Decodes each file whatever becomes of the others. The exit code: 0 when all were decoded, 1 when one was not. */
export async function decodeFiles(args: readonly string[], deps: DecodeDeps): Promise<0 | 1> {
  const files = args.filter((arg) => !arg.startsWith("-"));
  const flags = args.filter((arg) => arg.startsWith("-"));
  if (files.length === 0 || flags.some((flag) => flag !== "--json")) {
    deps.writeError(USAGE);
    return 1;
  }
  const decoded: Decoded[] = [];
  for (const file of files) decoded.push(await decodeFile(file, deps));
  if (flags.length > 0) deps.write(`${JSON.stringify(decoded, null, 2)}\n`);
  else for (const one of decoded) print(one, deps);
  return decoded.some((one) => "error" in one) ? 1 : 0;
}

async function decodeFile(file: string, { readText }: DecodeDeps): Promise<Decoded> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    return { file, error: { path: "", message: (error as Error).message } };
  }
  try {
    return { file, response: await readResponse(text) };
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    return { file, error: { path: error.path, message: error.message } };
  }
}

function print(decoded: Decoded, { write, writeError }: DecodeDeps): void {
  if ("error" in decoded) {
    writeError(`${decoded.file}: ${decoded.error.message}\n`);
    return;
  }
  const lines = printPart(decoded.response).map((line) => `  ${line}\n`);
  write(`${decoded.file}\n${lines.join("")}`);
}
