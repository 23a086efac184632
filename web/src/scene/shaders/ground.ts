/** The ground of a tile: a grid displaced by its layer of the atlas, with a skirt down to the plate. */

import { HEAD, HEIGHT_COLOUR, LIGHT, TILE } from "./common.ts";

/** `FULL`: the focused world, from its own texture at full resolution; `FAR`: without contour lines. */
export const GROUND_VERTEX = /* glsl */ `${HEAD}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
#ifdef FULL
uniform sampler2D full;
uniform float fullTile;
#endif
${TILE}
in vec3 vertex;
#ifndef FULL
in vec2 iTile; // tile, 1 where its boxes are drawn
#endif
out vec2 vPlace;
out vec3 vAtlas;
out float vHeight;
out float vSkirt;
flat out vec4 vRange;
flat out vec4 vState;
flat out float vRelief;

void main() {
#ifdef FULL
  vec2 iTile = vec2(fullTile, 1.0);
#endif
  vec4 tile = tileTexel(iTile.x, 0);
  vec4 place = tileTexel(iTile.x, 1);
  vState = tileTexel(iTile.x, 2);
  vRange = tileTexel(iTile.x, 3);
  vec2 p = (vertex.xy * 2.0 - 1.0) * place.zw;
  vAtlas = atlas(place.y, vertex.xy);
#ifdef FULL
  float h = texelFetch(full, ivec2(vertex.xy * vec2(textureSize(full, 0) - 1) + 0.5), 0).r;
#else
  vec2 both = texture(heights, vAtlas).rg;
  float h = iTile.y > 0.5 ? both.g : both.r;
#endif
  vPlace = p;
  // gentle slopes are shaded as if they were steeper, else they would look flat
  vRelief = clamp(1.6 / max(vRange.y - vRange.x, 0.05), 1.0, 5.0);
  vHeight = h;
  vSkirt = vertex.z > 0.5 ? 1.0 : 0.0;
  float z = vertex.z > 1.5 ? 0.0 : (h + place.x) * tile.z;
  gl_Position = projectionMatrix * viewMatrix * vec4(tile.xy + p * tile.z, z, 1.0);
}
`;

export const GROUND_FRAGMENT = /* glsl */ `${HEAD}
uniform sampler2DArray shade;
${LIGHT}${HEIGHT_COLOUR}
in vec2 vPlace;
in vec3 vAtlas;
in float vHeight;
in float vSkirt;
flat in vec4 vRange;
flat in vec4 vState;
flat in float vRelief;
out vec4 colour;

/** 1 on lines every \`step\`, a pixel wide; fades where they would be denser than a few pixels. */
float lines(float value, float step) {
  float x = value / step;
  float w = fwidth(x);
  float d = abs(fract(x - 0.5) - 0.5);
  float line = 1.0 - smoothstep(0.6 * w, 1.5 * w + 1e-5, d);
  return line * (1.0 - smoothstep(0.05, 0.16, w)) * smoothstep(1e-5, 1e-3, w);
}

void main() {
  vec4 s = texture(shade, vAtlas);
  vec2 slope = (s.xy * 2.0 - 1.0) * vRelief;
  vec3 n = vec3(slope, max(s.w, 0.04));
  n = normalize(n);
  vec3 c = heightColour(vHeight, vRange.xy);
#ifndef FAR
  float contour = lines(vHeight - vRange.x + 0.37 * vRange.z, vRange.z);
  float metre = max(lines(vPlace.x, 1.0), lines(vPlace.y, 1.0));
  c = mix(c, c * ink, 0.22 * metre);
  c = mix(c, c * ink, 0.35 * min(contour, 1.0));
#endif
  c = mix(c, vState.rgb, vState.a);
  vec3 outColour = lit(c, n, 0.55 + 0.6 * s.z);
  if (vSkirt > 0.0) outColour = lit(mix(c, midColour, 0.5) * 0.55, normalize(vec3(0.0, -0.8, 0.6)), 0.8);
  colour = vec4(toScreen(outColour), 1.0);
}
`;
