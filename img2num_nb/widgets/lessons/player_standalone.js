// The player on a page without a kernel: a run of which every half step is there.

import { StandaloneModel } from "../js/standalone.js";
import { render } from "./player.js";

export function show({ states, at, ...traits }, el) {
  const last = states.length - 1, verbAt = (i) => states[i]?.verb;
  const verbs = {
    back: (i) => i - 1,
    assign: (i) => i + Number(verbAt(i + 1) === "assign"),
    move: (i) => i + Number(verbAt(i + 1) === "move"),
    step: (i) => verbs.move(verbs.assign(i)),
    next: (i, serial) => i + Number(serial === states[i].serial),
    run: () => last,
  };
  const model = new StandaloneModel({ ...traits, _state: states[at] }, ({ verb, args }) => {
    if (!(verb in verbs)) return;
    at = Math.min(Math.max(verbs[verb](at, ...args), 0), last);
    model.set("_state", states[at]);
    if (at === last) model.set("playing", false);
  });
  render({ model, el });
}
