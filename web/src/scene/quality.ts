/** Drawing quality chosen by frame time: resolution and level of detail change together. */

export interface Quality {
  /** Canvas pixels per CSS pixel. */
  readonly ratio: number;
  /** Values above 1 draw coarser. */
  readonly bias: number;
}

const STEPS: readonly Quality[] = [
  { ratio: 1, bias: 0.8 },
  { ratio: 1, bias: 1 },
  { ratio: 0.8, bias: 1.5 },
  { ratio: 0.66, bias: 2.2 },
  { ratio: 0.5, bias: 3 },
];
/** Frame times (ms) above which the quality falls, and below which it rises. */
const SLOW = { gpu: 26, software: 160 };
const FAST = { gpu: 17.5, software: 70 };
const PATIENCE_DOWN = 8;
const PATIENCE_UP = 90;

export class QualityControl {
  private step: number;
  private slow = 0;
  private fast = 0;

  constructor(
    private readonly software: boolean,
    private readonly deviceRatio: number,
    private readonly fixed = false,
  ) {
    this.step = software && !fixed ? 2 : 0;
  }

  get quality(): Quality {
    const step = STEPS[this.step] as Quality;
    const ratio = this.software ? Math.min(1, this.deviceRatio) : Math.min(2, this.deviceRatio);
    return { ratio: step.ratio * ratio, bias: step.bias };
  }

  /** Record a frame's time (ms) since the one before. Returns whether the quality changed. */
  frame(gap: number): boolean {
    if (this.fixed) return false;
    const kind = this.software ? "software" : "gpu";
    this.slow = gap > SLOW[kind] ? this.slow + 1 : Math.max(0, this.slow - 1);
    this.fast = gap < FAST[kind] ? this.fast + 1 : 0;
    let to = this.step;
    if (this.slow > PATIENCE_DOWN) to++;
    else if (this.fast > PATIENCE_UP * (1 + this.raised)) to--;
    to = Math.min(STEPS.length - 1, Math.max(this.software ? 1 : 0, to));
    if (to === this.step) return false;
    if (to < this.step) this.raised++;
    this.step = to;
    this.slow = this.fast = 0;
    return true;
  }

  /** Each rise makes the next one rarer, so that quality does not oscillate. */
  private raised = 0;
}

/** Return whether WebGL is rendered in software. */
export function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

/** Return whether WebGL renders in software, by a canvas of its own: antialiasing is chosen before the context exists. */
export function probeSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const software = isSoftware(gl);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return software;
}
