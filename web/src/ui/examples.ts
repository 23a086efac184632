/** Example prompts; their pictures are made by `scripts/pictures screens`. */

export const EXAMPLES = [
  { prompt: "200 worlds of rough terrain for ants, a few boxes", picture: "rough.webp" },
  { prompt: "stairs then gravel then a gap for a quadruped", picture: "track.webp" },
  { prompt: "48 variants of two ants in sumo", picture: "sumo.webp" },
  { prompt: "a hexapod on stepping stones in half gravity", picture: "stones.webp" },
  { prompt: "humanoids on a mix of hills and craters, on the moon", picture: "craters.webp" },
  { prompt: "three ants against three ants at soccer", picture: "soccer.webp" },
] as const;
