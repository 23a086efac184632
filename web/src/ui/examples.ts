/** Prompts that show what there is; pictures are made by `scripts/screens`. */

export const EXAMPLES = [
  { prompt: "rough terrain for ants, a few boxes, 200 of them", picture: "rough.webp" },
  { prompt: "stairs then gravel then a gap for a quadruped", picture: "track.webp" },
  { prompt: "two ants in sumo, 48 of them", picture: "sumo.webp" },
  { prompt: "a hexapod on stepping stones in half gravity", picture: "stones.webp" },
  { prompt: "humanoids on a mix of hills and craters, on the moon", picture: "craters.webp" },
  { prompt: "three ants against three ants at soccer", picture: "soccer.webp" },
] as const;
