/** Runs before the first paint, so that a page whose theme was chosen never flashes in the other one. */

import { storedTheme } from "./theme-choice.ts";

document.documentElement.dataset["theme"] = storedTheme();
