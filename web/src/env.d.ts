/** Version of MuJoCo that the page carries. */
declare const __MUJOCO__: string;
