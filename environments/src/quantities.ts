/** `500m` or `2` in thousandths of a CPU. */
export function millicores(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) : Number(cpu) * 1_000;
}

/** `512Mi` or `2Gi` in MiB. */
export function mebibytes(memory: string): number {
  const amount = Number(memory.slice(0, -2));
  return memory.endsWith("Gi") ? amount * 1_024 : amount;
}
