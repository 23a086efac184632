/** Unit meshes of the primitives. Vertices are (x, y, z, cap): cap is -1 or 1 for the two halves of a capsule. */

export interface Shape {
  /** (n, 4) */
  readonly vertices: Float32Array;
  /** (n, 3) */
  readonly normals: Float32Array;
  readonly indices: Uint16Array;
}

/** Return a sphere whose halves can be drawn apart: for spheres, ellipsoids and capsules. */
export function ball(segments: number, rings: number): Shape {
  const vertices: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  const row = segments + 1;
  // from pole to equator, the equator twice, then to the other pole
  const angles: [number, number][] = [];
  for (let i = 0; i <= rings; i++) angles.push([(Math.PI / 2) * (1 - i / rings), 1]);
  for (let i = 0; i <= rings; i++) angles.push([-(Math.PI / 2) * (i / rings), -1]);
  for (const [latitude, cap] of angles) {
    for (let j = 0; j <= segments; j++) {
      const longitude = (2 * Math.PI * j) / segments;
      const x = Math.cos(latitude) * Math.cos(longitude);
      const y = Math.cos(latitude) * Math.sin(longitude);
      const z = Math.sin(latitude);
      vertices.push(x, y, z, cap);
      normals.push(x, y, z);
    }
  }
  for (let i = 0; i + 1 < angles.length; i++) {
    for (let j = 0; j < segments; j++) {
      const a = i * row + j;
      const b = a + row;
      if (i > 0) indices.push(a, b, a + 1);
      if (i + 2 < angles.length) indices.push(a + 1, b, b + 1);
    }
  }
  return pack(vertices, normals, indices);
}

/** Return a cylinder along z with flat caps, radius 1, from -1 to 1. */
export function cylinder(segments: number): Shape {
  const vertices: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  for (let j = 0; j <= segments; j++) {
    const angle = (2 * Math.PI * j) / segments;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    for (const z of [-1, 1]) {
      vertices.push(x, y, z, 0);
      normals.push(x, y, 0);
    }
    if (j < segments) indices.push(2 * j, 2 * j + 2, 2 * j + 1, 2 * j + 1, 2 * j + 2, 2 * j + 3);
  }
  for (const z of [-1, 1]) {
    const first = vertices.length / 4;
    for (let j = 0; j < segments; j++) {
      const angle = (2 * Math.PI * j) / segments;
      vertices.push(Math.cos(angle), Math.sin(angle), z, 0);
      normals.push(0, 0, z);
      if (j > 1) indices.push(first, first + (z > 0 ? j - 1 : j), first + (z > 0 ? j : j - 1));
    }
  }
  return pack(vertices, normals, indices);
}

/** Return a cube from -1 to 1. */
export function cube(): Shape {
  const vertices: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  for (let axis = 0; axis < 3; axis++) {
    for (const sign of [-1, 1]) {
      const first = vertices.length / 4;
      for (const [u, v] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        const point = [0, 0, 0];
        point[axis] = sign;
        point[(axis + 1) % 3] = u;
        point[(axis + 2) % 3] = v;
        vertices.push(point[0] as number, point[1] as number, point[2] as number, 0);
        const normal = [0, 0, 0];
        normal[axis] = sign;
        normals.push(normal[0] as number, normal[1] as number, normal[2] as number);
      }
      const [a, b, c, d] = [first, first + 1, first + 2, first + 3];
      if (sign > 0) indices.push(a, b, c, a, c, d);
      else indices.push(a, c, b, a, d, c);
    }
  }
  return pack(vertices, normals, indices);
}

/** Return a sphere with the fewest vertices that look round from afar: two poles and two rings of four. */
export function coarseBall(): Shape {
  const vertices: number[] = [0, 0, 1, 1];
  for (const cap of [1, -1]) {
    for (const [x, y] of CORNERS) vertices.push(0.8 * x, 0.8 * y, 0.3 * cap, cap);
  }
  vertices.push(0, 0, -1, -1);
  const indices: number[] = [];
  for (let j = 0; j < 4; j++) {
    const [a, b] = [1 + j, 1 + ((j + 1) % 4)];
    indices.push(0, a, b, a, a + 4, b, b, a + 4, b + 4, a + 4, 9, b + 4);
  }
  return rounded(vertices, indices);
}

/** Return a cube of eight vertices with smooth shading across its edges. */
export function coarseCube(): Shape {
  const vertices: number[] = [];
  for (const z of [1, -1]) for (const [x, y] of CORNERS) vertices.push(x, y, z, 0);
  const indices: number[] = [0, 1, 2, 0, 2, 3, 4, 6, 5, 4, 7, 6];
  for (let j = 0; j < 4; j++) {
    const [a, b] = [j, (j + 1) % 4];
    indices.push(a, a + 4, b, b, a + 4, b + 4);
  }
  return rounded(vertices, indices);
}

/** Winding is counter-clockwise from above. */
const CORNERS = [
  [1, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
] as const;

/** Return normals that point away from the middle. */
function rounded(vertices: number[], indices: number[]): Shape {
  const normals: number[] = [];
  for (let i = 0; i < vertices.length; i += 4) {
    const [x, y, z] = vertices.slice(i, i + 3) as [number, number, number];
    const length = Math.hypot(x, y, z);
    normals.push(x / length, y / length, z / length);
  }
  return pack(vertices, normals, indices);
}

/** Return a grid over [0, 1]², with a skirt that hangs from its rim: (u, v, skirt); skirt is 1 above and 2 below. */
export function grid(
  columns: number,
  rows = columns,
): { vertices: Float32Array; indices: Uint16Array | Uint32Array } {
  const line = columns + 1;
  const vertices: number[] = [];
  const indices: number[] = [];
  for (let j = 0; j <= rows; j++) {
    for (let i = 0; i <= columns; i++) vertices.push(i / columns, j / rows, 0);
  }
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const a = j * line + i;
      indices.push(a, a + 1, a + line, a + line, a + 1, a + line + 1);
    }
  }
  // the rim, counter-clockwise from above
  const rim: [number, number][] = [];
  for (let i = 0; i < columns; i++) rim.push([i, 0]);
  for (let j = 0; j < rows; j++) rim.push([columns, j]);
  for (let i = columns; i > 0; i--) rim.push([i, rows]);
  for (let j = rows; j > 0; j--) rim.push([0, j]);
  const first = vertices.length / 3;
  for (const [i, j] of rim) vertices.push(i / columns, j / rows, 1, i / columns, j / rows, 2);
  for (let k = 0; k < rim.length; k++) {
    const a = first + 2 * k;
    const b = first + 2 * ((k + 1) % rim.length);
    indices.push(a, a + 1, b, b, a + 1, b + 1);
  }
  return {
    vertices: new Float32Array(vertices),
    indices: vertices.length / 3 > 65535 ? new Uint32Array(indices) : new Uint16Array(indices),
  };
}

function pack(vertices: number[], normals: number[], indices: number[]): Shape {
  return {
    vertices: new Float32Array(vertices),
    normals: new Float32Array(normals),
    indices: new Uint16Array(indices),
  };
}
