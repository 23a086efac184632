import "@fontsource-variable/inter/wght.css";
import "uplot/dist/uPlot.min.css";
import "./ui/styles/tokens.css";
import "./ui/styles/base.css";
import "./ui/styles/layout.css";
import "./ui/styles/prompt.css";
import "./ui/styles/meaning.css";
import "./ui/styles/policies.css";
import "./ui/styles/bar.css";
import "./ui/styles/viewport.css";
import "./ui/styles/details.css";
import "./ui/styles/messages.css";
import { render } from "preact";
import { boot } from "./run/boot.ts";
import { App } from "./ui/App.tsx";

render(<App />, document.getElementById("app") as HTMLElement);
void boot();
