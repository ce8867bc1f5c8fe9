import { type Job, required } from "./job.ts";

/** What a comment and an issue have in common for us. */
export interface Entry {
  readonly id: number;
  readonly number?: number;
  readonly body?: string | null;
  readonly user?: { readonly type?: string } | null;
  readonly pull_request?: unknown;
}

export interface GitHub {
  readonly send: (method: "POST" | "PATCH", path: string, body: object) => Promise<Entry>;
  /** All pages of a list. */
  readonly list: (path: string) => Promise<Entry[]>;
}

const PAGE_SIZE = 100;
const TIMEOUT_MS = 30_000;

/** This repository, by GitHub's REST API, with the token of the job. */
export function connectGitHub(job: Job): GitHub {
  const api = job.variables.GITHUB_API_URL ?? "https://api.github.com";
  const repository = required(job, "GITHUB_REPOSITORY", "owner/name, which GitHub Actions sets");
  const token = required(job, "GITHUB_TOKEN", "a token that may write here: github.token");
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${api}/repos/${repository}/${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (response.ok) return response.json();
    throw new Error(`GitHub: ${method} ${path}: ${response.status} ${await response.text()}`);
  };
  return {
    send: async (method, path, body) => (await ask(method, path, body)) as Entry,
    list: async (path) => {
      const entries: Entry[] = [];
      for (let page = 1; ; page += 1) {
        const query = `per_page=${PAGE_SIZE}&page=${page}`;
        const found = (await ask(
          "GET",
          `${path}${path.includes("?") ? "&" : "?"}${query}`,
        )) as Entry[];
        entries.push(...found);
        if (found.length < PAGE_SIZE) return entries;
      }
    },
  };
}

/** What we wrote before, told by a mark that no reader sees; what a person wrote is never ours, mark or not. */
export const findOurs = (entries: readonly Entry[], mark: string): Entry | undefined =>
  entries.find(({ body, user }) => user?.type === "Bot" && body?.startsWith(mark) === true);
