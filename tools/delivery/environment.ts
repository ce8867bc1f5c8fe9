import type { Environment } from "../../environments/src/index.ts";

/** What Argo CD follows there. */
export const branchOf = ({ delivery }: Environment): string => delivery?.revision ?? "main";
