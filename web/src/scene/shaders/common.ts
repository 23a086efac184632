/** GLSL shared by all shaders of the wall. */

/** Texels per row of the pose texture, and of the tile texture. */
export const POSE_WIDTH = 2048;
export const TILE_WIDTH = 1024;
/** Texels per tile; see `tiles.ts`. */
export const TILE_TEXELS = 4;
/** Tiles per side of one layer of the height atlas. */
export const ATLAS_SIDE = 4;

export const HEAD = /* glsl */ `
precision highp float;
precision highp int;
precision highp sampler2DArray;
`;

/** Position and ground of a tile. */
export const TILE = /* glsl */ `
uniform sampler2D tiles;
uniform sampler2DArray heights;
uniform float samples;

vec4 tileTexel(float tile, int k) {
  int at = int(tile) * ${TILE_TEXELS} + k;
  return texelFetch(tiles, ivec2(at % ${TILE_WIDTH}, at / ${TILE_WIDTH}), 0);
}

/** Atlas coordinates of (u, v) in [0, 1]² of a tile. */
vec3 atlas(float slot, vec2 uv) {
  float side = ${ATLAS_SIDE}.0;
  float cell = mod(slot, side * side);
  vec2 corner = vec2(mod(cell, side), floor(cell / side));
  vec2 texel = corner * samples + 0.5 + clamp(uv, 0.0, 1.0) * (samples - 1.0);
  return vec3(texel / (side * samples), floor(slot / (side * side)));
}

/** Ground height of a tile at a point of its world: with boxes, and without. */
vec2 groundAt(vec4 place, vec2 p) {
  return texture(heights, atlas(place.y, p / (2.0 * place.zw) + 0.5)).rg;
}
`;

export const ROTATE = /* glsl */ `
vec3 turn(vec4 q, vec3 v) { // q = (w, x, y, z)
  vec3 t = 2.0 * cross(q.yzw, v);
  return v + q.x * t + cross(q.yzw, t);
}
`;

/** Light from the upper left, from the sky, and a little back from the ground. */
export const LIGHT = /* glsl */ `
uniform vec3 sun;
uniform vec3 sunColour;
uniform vec3 skyColour;
uniform vec3 groundColour;

vec3 lit(vec3 colour, vec3 normal, float around) {
  float direct = max(dot(normal, sun), 0.0);
  vec3 ambient = mix(groundColour, skyColour, 0.5 + 0.5 * normal.z) * around;
  return colour * (ambient + sunColour * direct);
}

vec3 toScreen(vec3 c) {
  c = c / (1.0 + 0.18 * c);
  return pow(clamp(c * 1.18, 0.0, 1.0), vec3(1.0 / 2.2));
}
`;

/** Colour of ground by its height within the range of its tile. */
export const HEIGHT_COLOUR = /* glsl */ `
uniform vec3 lowColour;
uniform vec3 midColour;
uniform vec3 highColour;
uniform float ink;

vec3 heightColour(float h, vec2 range) {
  float span = max(range.y - range.x, 0.4);
  float t = clamp(0.5 + (h - 0.5 * (range.x + range.y)) / span, 0.0, 1.0);
  return t < 0.5 ? mix(lowColour, midColour, t * 2.0) : mix(midColour, highColour, t * 2.0 - 1.0);
}
`;
