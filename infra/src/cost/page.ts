/**
 * The page with the block of an environment, which is marked by the command above it, replaced by what it prints now.
 *
 * @throws {Error} for an environment that has no block
 */
export function withReport(page: string, environment: string, printed: string): string {
  const block = new RegExp(
    `(\`npm run cost -- ${environment}\`[^\\n]*\\n\\n\`\`\`text\\n)[^\`]*(\`\`\`)`,
  );
  if (!block.test(page)) throw new Error(`the page has no block of ${environment}`);
  return page.replace(block, (_, before, after) => `${before}${printed}\n${after}`);
}
