/** Uniforms that the materials of the wall share, and the two colour themes. */

import * as THREE from "three";
import { SAMPLES } from "./relief.ts";

export type Theme = "dark" | "light";

/** Return a CSS colour in linear RGB. */
export function linear(hex: string): THREE.Vector3 {
  const value = Number.parseInt(hex.slice(1), 16);
  const channel = (shift: number) => (((value >> shift) & 255) / 255) ** 2.2;
  return new THREE.Vector3(channel(16), channel(8), channel(0));
}

interface Palette {
  background: string;
  low: string;
  mid: string;
  high: string;
  sun: number;
  sky: string;
  bounce: string;
  empty: string;
  /** Brightness of contour lines relative to the ground: below 1 darker, above 1 lighter. */
  ink: number;
}

const PALETTES: Record<Theme, Palette> = {
  dark: {
    background: "#0d1014",
    low: "#22303d",
    mid: "#4a5660",
    high: "#aa9c80",
    sun: 0.98,
    sky: "#8fa3b8",
    bounce: "#3a3430",
    empty: "#161b21",
    ink: 0.42,
  },
  light: {
    background: "#eceff2",
    low: "#7c95a4",
    mid: "#a3ad9b",
    high: "#d2bd92",
    sun: 0.76,
    sky: "#c9d6e2",
    bounce: "#8c8478",
    empty: "#dfe4e8",
    ink: 0.62,
  },
};

export function makeUniforms() {
  const sun = new THREE.Vector3(-0.48, -0.34, 0.81).normalize();
  return {
    poses: { value: null as THREE.Texture | null },
    tiles: { value: null as THREE.Texture | null },
    heights: { value: null as THREE.Texture | null },
    shade: { value: null as THREE.Texture | null },
    full: { value: null as THREE.Texture | null },
    fullTile: { value: 0 },
    samples: { value: SAMPLES },
    enlarge: { value: 1 },
    /** Height of the root above the ground at the start, in m. */
    stand: { value: 0.5 },
    eye: { value: new THREE.Vector3() },
    sun: { value: sun },
    sunColour: { value: new THREE.Vector3() },
    skyColour: { value: new THREE.Vector3() },
    groundColour: { value: new THREE.Vector3() },
    lowColour: { value: new THREE.Vector3() },
    midColour: { value: new THREE.Vector3() },
    highColour: { value: new THREE.Vector3() },
    emptyColour: { value: new THREE.Vector3() },
    accent: { value: new THREE.Vector3(1, 1, 1) },
    ink: { value: 0.5 },
    plate: { value: new THREE.Vector2(1, 1) },
  };
}

export type Uniforms = ReturnType<typeof makeUniforms>;

/** Set the colours of a theme and return its background. */
export function applyTheme(u: Uniforms, theme: Theme): string {
  const p = PALETTES[theme];
  u.lowColour.value.copy(linear(p.low));
  u.midColour.value.copy(linear(p.mid));
  u.highColour.value.copy(linear(p.high));
  u.skyColour.value.copy(linear(p.sky));
  u.groundColour.value.copy(linear(p.bounce));
  u.sunColour.value.set(1, 0.95, 0.86).multiplyScalar(p.sun);
  const empty = Number.parseInt(p.empty.slice(1), 16);
  u.emptyColour.value.set((empty >> 16) / 255, ((empty >> 8) & 255) / 255, (empty & 255) / 255);
  u.accent.value.set(...((theme === "dark" ? [1, 1, 1] : [0.05, 0.08, 0.12]) as [number, number, number]));
  u.ink.value = p.ink;
  return p.background;
}
