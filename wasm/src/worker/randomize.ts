/**
 * Domain randomization: multipliers on the compiled model and noise of the start at resets, and pushes.
 *
 * The same as `envgen/rollout/randomize.py`, from the same streams: an episode is the same in Python and here.
 */

import type { AgentSpec, WorldSpec } from "../protocol/wire.gen";
import { ObservationNoise } from "./observation-noise";
import { drawPhysics, nominal, type Physics } from "./physics";
import type { Generator } from "./random/generator";
import { Streams } from "./random/streams";
import type { ModelField, Sim } from "./sim";
import { StartNoise } from "./start-noise";

/** Lower bound of friction: at 0, MuJoCo's friction cones are degenerate. */
const LEAST_FRICTION = 1e-3;
/** mjtGain: gains that are scaled by their first three numbers, and muscles. */
const PLAIN = [0, 1];
const MUSCLE = 2;

/** Compiled values of some rows of a model array. */
class CompiledRows {
  private readonly first: number;
  private readonly values: Float64Array;

  constructor(
    private readonly sim: Sim,
    field: ModelField,
    private readonly rows: readonly number[],
    private readonly width: number,
    private readonly columns = width,
  ) {
    this.first = sim.address(field);
    this.values = new Float64Array(rows.length * columns);
    rows.forEach((row, i) => {
      for (let k = 0; k < columns; k++)
        this.values[i * columns + k] = this.heap[this.first + row * width + k] as number;
    });
  }

  private get heap(): Float64Array {
    return this.sim.mujoco.f64;
  }

  /** Write changed values; `i` counts rows, `k` columns. */
  write(change: (value: number, i: number, k: number) => number): void {
    const { heap, columns } = this;
    this.rows.forEach((row, i) => {
      for (let k = 0; k < columns; k++) {
        heap[this.first + row * this.width + k] = change(this.values[i * columns + k] as number, i, k);
      }
    });
  }

  get(i: number, k: number): number {
    return this.values[i * this.columns + k] as number;
  }
}

export class Randomizer {
  drawn: Physics;
  private readonly streams: Streams;
  private readonly bodies: readonly number[];
  private readonly actuators: readonly number[];
  private pushDirections: Generator | null = null;
  private episode = 0;
  /** Pushes since the reset. */
  pushes = 0;
  private noises: readonly StartNoise[] | null = null;
  // compiled values, saved when they are first changed
  private friction: CompiledRows | null = null;
  private masses: readonly [CompiledRows, CompiledRows, CompiledRows] | null = null;
  private forces: readonly [CompiledRows, CompiledRows, CompiledRows, CompiledRows] | null = null;

  constructor(
    private readonly sim: Sim,
    private readonly spec: WorldSpec,
  ) {
    this.streams = new Streams(BigInt(spec.randomize.seed), spec.randomize.stream);
    this.bodies = spec.agents.flatMap((agent) => agent.bodies);
    this.actuators = spec.agents.flatMap((agent) => agent.actuators);
    this.drawn = nominal(this.actuators.length);
  }

  /** Draw the physics of an episode and apply it to the model; the state must be reset afterwards. */
  reset(episode: number): void {
    const before = this.drawn;
    this.drawn = drawPhysics(this.spec.randomize.settings, this.streams, episode, this.actuators.length);
    this.pushDirections = null;
    this.pushes = 0;
    this.episode = episode;
    const { friction_scale, mass_scale, gear_scale, motors } = this.drawn;
    if (friction_scale !== before.friction_scale) this.scaleFriction(friction_scale);
    if (gear_scale !== before.gear_scale || motors.some((factor, i) => factor !== before.motors[i])) {
      this.scaleForces(motors.map((factor) => gear_scale * factor));
    }
    if (mass_scale !== before.mass_scale) this.scaleMass(mass_scale);
  }

  /** Change the start state of every robot at random; derived values must be computed afterwards. */
  disturb(): void {
    const { start_noise } = this.drawn;
    if (!start_noise) return;
    this.noises ??= this.spec.agents.map((agent) => new StartNoise(this.sim, agent));
    this.noises.forEach((noise, i) => {
      noise.apply(start_noise, this.streams.agentStream("start_noise", i, this.episode));
    });
  }

  /** Noise of an agent's observations in this episode, or null. @param columns length of the observation */
  blur(agent: number, columns: number): ObservationNoise | null {
    const { observation_noise } = this.drawn;
    if (!observation_noise) return null;
    const generator = this.streams.agentStream("observation_noise", agent, this.episode);
    return new ObservationNoise(observation_noise, columns, generator);
  }

  /** Push every robot if a multiple of the interval lies between two times (s). Returns whether it did. */
  push(since: number, now: number): boolean {
    const { push, push_interval } = this.drawn;
    const count = (time: number) => Math.floor(time / push_interval + 1e-9);
    if (!push || count(now) <= count(since)) return false;
    this.pushDirections ??= this.streams.stream("randomize.push.direction", this.episode);
    for (const agent of this.spec.agents) {
      const angle = this.pushDirections.uniform(-Math.PI, Math.PI);
      this.kick(agent, Math.cos(angle), Math.sin(angle));
    }
    this.pushes += 1;
    return true;
  }

  /** Advance the random stream past the pushes that another worker has made. */
  skipPushes(pushes: number): void {
    if (!pushes) return;
    this.pushDirections = this.streams.stream("randomize.push.direction", this.episode);
    for (let i = 0; i < pushes * this.spec.agents.length; i++) this.pushDirections.next64();
    this.pushes = pushes;
  }

  /** Change the velocity of a root along a horizontal direction, projected onto its slide joints. */
  private kick(agent: AgentSpec, x: number, y: number): void {
    const { sim } = this;
    const heap = sim.mujoco.f64;
    const add = (dof: number, speed: number) => {
      heap[sim.qvel + dof] = (heap[sim.qvel + dof] as number) + speed;
    };
    const slides: [number, number][] = [];
    for (const { type, joint, dof } of agent.root_joints) {
      if (type === "free") {
        add(dof, this.drawn.push * x);
        add(dof + 1, this.drawn.push * y);
        return;
      }
      const axis = sim.xaxis() + 3 * joint;
      if (type === "slide" && Math.abs(heap[axis + 2] as number) < 0.5) {
        slides.push([dof, (heap[axis] as number) * x + (heap[axis + 1] as number) * y]);
      }
    }
    const length = Math.sqrt(slides.reduce((sum, [, part]) => sum + part * part, 0));
    for (const [dof, part] of slides) add(dof, (this.drawn.push * part) / Math.max(length, 1e-9));
  }

  private scaleFriction(scale: number): void {
    this.friction ??= new CompiledRows(this.sim, "geom_friction", this.spec.randomize.friction_geoms, 3, 1);
    this.friction.write((value) => (scale === 1 ? value : Math.max(value * scale, LEAST_FRICTION)));
  }

  /** Scale density: mass and inertia together; buoyancy stays. */
  private scaleMass(scale: number): void {
    const { sim, bodies } = this;
    this.masses ??= [
      new CompiledRows(sim, "body_mass", bodies, 1),
      new CompiledRows(sim, "body_inertia", bodies, 3),
      new CompiledRows(sim, "body_gravcomp", bodies, 1),
    ];
    const [mass, inertia, lift] = this.masses;
    mass.write((value) => value * scale);
    inertia.write((value) => value * scale);
    if (this.spec.randomize.buoyant) lift.write((value) => value / scale);
    sim.setConst();
  }

  /**
   * Scale the force of the actuators at the same control.
   *
   * Gains, biases and force limits are scaled, which for a motor is the same as scaling its gear. The gear of a servo
   * would also move the pose that a control asks for.
   */
  private scaleForces(scales: readonly number[]): void {
    const { sim, actuators } = this;
    const widths = sim.widths;
    this.forces ??= [
      new CompiledRows(sim, "actuator_gainprm", actuators, widths.gain),
      new CompiledRows(sim, "actuator_biasprm", actuators, widths.bias),
      new CompiledRows(sim, "actuator_gear", actuators, 6),
      new CompiledRows(sim, "actuator_forcerange", actuators, 2),
    ];
    const [gain, bias, gear, force] = this.forces;
    const first = sim.address32("actuator_gaintype");
    const kinds = actuators.map((actuator) => sim.mujoco.i32[first + actuator] as number);
    const scaled = (i: number, k: number): boolean => {
      const kind = kinds[i] as number;
      if (PLAIN.includes(kind)) return k < 3;
      // prm[2] is the peak force, or below 0 for scale prm[3] / acceleration
      return kind === MUSCLE && k === (gain.get(i, 2) >= 0 ? 2 : 3);
    };
    const other = (i: number) => !PLAIN.includes(kinds[i] as number) && kinds[i] !== MUSCLE;
    const scale = (i: number) => scales[i] as number;
    gain.write((value, i, k) => (scaled(i, k) ? value * scale(i) : value));
    bias.write((value, i, k) => (scaled(i, k) ? value * scale(i) : value));
    gear.write((value, i) => (other(i) ? value * scale(i) : value));
    force.write((value, i) => value * scale(i));
  }
}
