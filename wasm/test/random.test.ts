import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sample } from "../src/worker/random/dist";
import { Generator, seedState } from "../src/worker/random/generator";
import { STREAMS } from "../src/worker/random/streams";

// the numbers are NumPy's: numpy.random.Generator(numpy.random.PCG64(numpy.random.SeedSequence(entropy)))
const rng = () => new Generator([2n ** 70n + 3n, 0n, 7n, 4000000000n, 12n]);

const SEED_ZERO = [15793235383387715774n, 12390638538380655177n, 2361836109651742017n, 3188717715514472916n];
const SEED_LONG = [
  15241635169846154230n,
  10306772996605606694n,
  13724349867406728548n,
  15651802634567573993n,
];
const UNIFORM = [
  0.5109094244520415, 0.5316366630087936, 0.467309666029984, 0.347695921443805, 0.24283565509549454,
];
const NORMAL = [
  1.4130285504940536, 0.6267444685577463, -2.7650846391507025, 5.271555426684797, 5.148278005694148,
];
const INTEGERS = [5, 2, 7, 2098825356];
const NORMAL_SUM = 99189.61713116648;
const UNIFORM_PAIR = 1.0436376978081658;
const CHOICES = [0.3, 0.3, 0.3, 0.2, 0.2, 0.1, 0.3, 0.1];
const CLIPPED = 1.0;
const LOGUNIFORM = 1.0515231753913257;

it("seeds as SeedSequence does", () => {
  expect(seedState([0n])).toEqual(SEED_ZERO);
  expect(seedState([2n ** 70n + 3n, 0n, 7n, 4000000000n, 12n])).toEqual(SEED_LONG);
});

it("draws PCG64's numbers", () => {
  const own = rng();
  expect(Array.from({ length: 5 }, () => own.random())).toEqual(UNIFORM);
});

it("draws normal numbers by the same ziggurat, tails included", () => {
  const own = rng();
  const drawn = Array.from({ length: 100_000 }, () => own.normal(1, 2));
  expect(drawn.slice(0, 5)).toEqual(NORMAL);
  expect(drawn.reduce((sum, x) => sum + x, 0)).toBe(NORMAL_SUM);
});

it("draws integers by Lemire's method, both ends included", () => {
  const first = (low: number, high: number) => rng().integer(low, high);
  expect([first(0, 20), first(2, 4), first(7, 7), first(0, 2 ** 31)]).toEqual(INTEGERS);
  expect(sample([0, 20], rng, { low: 0, high: 20, integer: true })).toBe(INTEGERS[0]);
  const odd = [0.5, 1.5, 2.5, 2.6].map((x) => sample(x, rng, { low: 0, high: 20, integer: true }));
  expect(odd).toEqual([0, 2, 2, 3]);
});

it("draws a normal number without clip again until it is allowed", () => {
  const own = rng();
  expect(sample({ normal: [1, 2] }, () => own, { low: -3, high: 1 })).toBe(NORMAL[1]);
});

it("draws distributions as EnvCfgs have them", () => {
  expect(sample(5, rng)).toBe(5);
  expect(sample([2, 2], rng)).toBe(2);
  expect(sample([-1, 3], rng)).toBe(UNIFORM_PAIR);
  const own = rng();
  const choice = { choice: [0.1, 0.2, 0.3, 0.4], weights: [1, 2, 3, 1] };
  expect(Array.from({ length: 8 }, () => sample(choice, () => own))).toEqual(CHOICES);
  expect(sample({ normal: [0, 5], clip: [-1, 1] }, rng)).toBe(CLIPPED);
  expect(sample({ loguniform: [0.1, 10] }, rng)).toBeCloseTo(LOGUNIFORM, 14);
  expect(() => sample({ other: 1 }, rng)).toThrow("must be a number or a distribution");
});

it("names streams by the first words of their SHA-256", () => {
  for (const [name, words] of Object.entries(STREAMS)) {
    const digest = createHash("sha256").update(name).digest();
    expect(words).toEqual([digest.readUInt32LE(0), digest.readUInt32LE(4)]);
  }
});
