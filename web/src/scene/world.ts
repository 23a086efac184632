/** Variant prepared for the scene: instances by primitive and mesh, and its ground. */

import {
  type AgentSpec,
  GEOM_COLUMNS,
  GEOM_TYPES,
  type GroundSpec,
  PARTS,
  type WorldSpec,
} from "@envgen/wasm/protocol/wire.gen";
import { type Footprint, makeRelief, type Relief } from "./relief.ts";

/** Floats of an instance: position and body, rotation, size and half length, colour and tile. */
export const STRIDE = 16;
/** Largest number of bodies that fits the packing of `iPlace.w`. */
export const MAX_BODIES = 4096;
/** Worlds with more terrain boxes than this show them only in focus. */
const MANY_BOXES = 300;

/** Fields of a WorldSpec that the scene reads. */
export type SceneSpec = Pick<WorldSpec, "index" | "nbody" | "arena" | "meshes"> & {
  readonly ground: GroundSpec;
  readonly agents: readonly Pick<AgentSpec, "id" | "root" | "bodies" | "start" | "goal" | "colour">[];
};

export type InstanceKind = "round" | "cylinder" | "box" | "terrain";

export interface SceneWorld {
  readonly spec: SceneSpec;
  readonly heights: Float32Array;
  readonly relief: Relief;
  readonly boxes: readonly Footprint[];
  /** Instances by primitive; `terrain` holds the terrain boxes. The tile is 0 here. */
  readonly instances: Readonly<Record<InstanceKind, Float32Array>>;
  /** Instances of meshes, by index into `spec.meshes`. */
  readonly meshes: ReadonlyMap<number, Float32Array>;
  /** Whether the wall draws the terrain boxes. */
  readonly boxesOnWall: boolean;
  /** Half extent of the first robot at the start, in m. */
  readonly robotRadius: number;
  /** Height of the first robot's root above the ground at the start, in m. */
  readonly rootHeight: number;
}

const column = (name: (typeof GEOM_COLUMNS)[number]) => GEOM_COLUMNS.indexOf(name);
const BODY = column("body");
const TYPE = column("type");
const PART = column("part");
const AGENT = column("agent");
const MESH = column("mesh");
const SIZE = column("size_0");
const POS = column("pos_0");
const QUAT = column("quat_0");
const RGBA = column("rgba_0");
const TERRAIN = PARTS.indexOf("terrain");
const OBSTACLE = PARTS.indexOf("obstacle");
const GOAL = PARTS.indexOf("goal");
const OTHER_GROUND = new Set<string>(["plane", "hfield"]);

/** Reader of the blobs of a frame. */
export function makeSceneWorld(spec: SceneSpec, geoms: Float32Array, heights: Float32Array): SceneWorld {
  const width = GEOM_COLUMNS.length;
  const lists: Record<InstanceKind, number[]> = { round: [], cylinder: [], box: [], terrain: [] };
  const meshes = new Map<number, number[]>();
  const boxes: Footprint[] = [];
  let goals = false;
  for (let g = 0; g + width <= geoms.length; g += width) {
    const at = (i: number) => geoms[g + i] as number;
    const type = GEOM_TYPES[at(TYPE)] ?? "box";
    if (OTHER_GROUND.has(type) || at(RGBA + 3) < 0.02) continue;
    const agent = spec.agents[at(AGENT)];
    const size = [at(SIZE), at(SIZE + 1), at(SIZE + 2), 0] as [number, number, number, number];
    let list: number[];
    if (type === "sphere" || type === "capsule" || type === "ellipsoid") {
      if (type === "sphere") size[1] = size[2] = size[0];
      if (type === "capsule") size.splice(0, 4, size[0], size[0], size[0], size[1]);
      list = lists.round;
    } else if (type === "cylinder") {
      size.splice(0, 4, size[0], size[0], size[1], 0);
      list = lists.cylinder;
    } else if (type === "mesh") {
      size.fill(1, 0, 3);
      const mesh = at(MESH);
      list = meshes.get(mesh) ?? [];
      meshes.set(mesh, list);
    } else if (at(PART) === TERRAIN) {
      list = lists.terrain;
      const yaw = 2 * Math.atan2(at(QUAT + 3), at(QUAT));
      boxes.push({
        x: at(POS),
        y: at(POS + 1),
        hx: size[0],
        hy: size[1],
        cos: Math.cos(yaw),
        sin: Math.sin(yaw),
      });
    } else list = lists.box;
    list.push(at(POS), at(POS + 1), at(POS + 2), at(BODY) + MAX_BODIES * (agent?.root ?? 0));
    list.push(at(QUAT), at(QUAT + 1), at(QUAT + 2), at(QUAT + 3), ...size);
    const colour = [0, 1, 2].map((i) => at(RGBA + i) ** 2.2);
    if (at(PART) === GOAL) goals = true;
    // obstacles and goals are paler, so that robots stand out
    list.push(
      ...(at(PART) === OBSTACLE ? paler(colour, 0.3) : at(PART) === GOAL ? paler(colour, 0.45) : colour),
    );
    list.push(0);
  }
  if (!goals) addGoals(spec, lists);
  const pack = (list: number[]) => new Float32Array(list);
  return {
    spec,
    heights,
    relief: makeRelief(heights, spec.ground, boxes, spec.arena as [number, number]),
    boxes,
    instances: {
      round: pack(lists.round),
      cylinder: pack(lists.cylinder),
      box: pack(lists.box),
      terrain: pack(lists.terrain),
    },
    meshes: new Map([...meshes].map(([mesh, list]) => [mesh, pack(list)])),
    boxesOnWall: boxes.length > 0 && boxes.length <= MANY_BOXES,
    robotRadius: robotRadius(spec, geoms),
    rootHeight: rootHeight(spec, heights),
  };
}

function paler(colour: readonly number[], keep: number): number[] {
  const grey = colour.reduce((a, b) => a + b, 0) / 3;
  return colour.map((c) => keep * c + (1 - keep) * grey);
}

/** Add markers of goals, which a frame does not contain: a disc and a pole in the colour of the agent or team. */
function addGoals(spec: SceneSpec, lists: Record<InstanceKind, number[]>): void {
  const seen = new Set<string>();
  for (const agent of spec.agents) {
    const [x, y, z] = agent.goal as readonly (number | undefined)[];
    if (x === undefined || y === undefined || z === undefined || seen.has(agent.goal.join())) continue;
    seen.add(agent.goal.join());
    const colour = agent.colour.slice(0, 3).map((c) => c ** 2.2);
    lists.cylinder.push(x, y, z + 0.015, 0, 1, 0, 0, 0, 0.35, 0.35, 0.015, 0, ...colour, 0);
    lists.cylinder.push(x, y, z + 0.5, 0, 1, 0, 0, 0, 0.025, 0.025, 0.5, 0, 0.8, 0.8, 0.8, 0);
    lists.round.push(x, y, z + 1.05, 0, 1, 0, 0, 0, 0.1, 0.1, 0.1, 0, ...colour, 0);
  }
}

/** Return the half extent of the first robot, estimated from its geoms' sizes and body positions. */
function robotRadius(spec: SceneSpec, geoms: Float32Array): number {
  let reach = 0.15;
  const width = GEOM_COLUMNS.length;
  for (let g = 0; g + width <= geoms.length; g += width) {
    if (geoms[g + AGENT] !== 0) continue;
    const size = Math.hypot(geoms[g + SIZE] as number, geoms[g + SIZE + 1] as number);
    const place = Math.hypot(
      geoms[g + POS] as number,
      geoms[g + POS + 1] as number,
      geoms[g + POS + 2] as number,
    );
    reach = Math.max(reach, Math.min(1.2, size + place));
  }
  return spec.agents.length > 0 ? reach * 1.6 : 0.5;
}

function rootHeight(spec: SceneSpec, heights: Float32Array): number {
  const { nrow, ncol, cell, origin } = spec.ground;
  const start = spec.agents[0]?.start ?? [];
  const [x, y, z] = start as readonly (number | undefined)[];
  if (x === undefined || y === undefined || z === undefined) return 0.5;
  const at = (value: number, axis: 0 | 1, n: number) =>
    Math.min(n - 1, Math.max(0, Math.round((value - (origin[axis] ?? 0)) / (cell[axis] ?? 1))));
  return Math.max(0, z - (heights[at(y, 1, nrow) * ncol + at(x, 0, ncol)] ?? 0));
}
