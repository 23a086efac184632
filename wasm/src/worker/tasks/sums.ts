/** Sums in NumPy's order, so that results agree to the last bits. */

/** numpy.add.reduce over contiguous doubles: pairwise, eight at a time (numpy/_core/src/umath/loops_utils.h.src). */
export function pairwiseSum(a: Float64Array, from: number, n: number): number {
  if (n < 8) {
    let sum = 0;
    for (let i = from; i < from + n; i++) sum += a[i] as number;
    return sum;
  }
  if (n <= 128) {
    let r0 = a[from] as number;
    let r1 = a[from + 1] as number;
    let r2 = a[from + 2] as number;
    let r3 = a[from + 3] as number;
    let r4 = a[from + 4] as number;
    let r5 = a[from + 5] as number;
    let r6 = a[from + 6] as number;
    let r7 = a[from + 7] as number;
    const whole = n - (n % 8);
    for (let i = 8; i < whole; i += 8) {
      r0 += a[from + i] as number;
      r1 += a[from + i + 1] as number;
      r2 += a[from + i + 2] as number;
      r3 += a[from + i + 3] as number;
      r4 += a[from + i + 4] as number;
      r5 += a[from + i + 5] as number;
      r6 += a[from + i + 6] as number;
      r7 += a[from + i + 7] as number;
    }
    let sum = r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7));
    for (let i = whole; i < n; i++) sum += a[from + i] as number;
    return sum;
  }
  const half = (n >> 1) - ((n >> 1) % 8);
  return pairwiseSum(a, from, half) + pairwiseSum(a, from + half, n - half);
}
