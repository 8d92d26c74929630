/** The dashboards as a resource of the service that shows them. */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { type JsonObject, stringAt } from "../../core/json.ts";
import type { Decision, OperationKind, Resource } from "../../core/resource.ts";
import type { DashboardBundle, DashboardIdentity } from "../../dashboards/superset/bundle.ts";
import {
  applyDashboards,
  type DashboardAccess,
  type DashboardObservation,
  type DashboardPlan,
  observeDashboards,
  planDashboards,
} from "../../dashboards/superset/dashboards.ts";
import { logExcerpt } from "../../stack/log-excerpt.ts";

/** The declared dashboards, and how to reach the service that shows them. */
export interface Dashboards {
  readonly bundle: DashboardBundle;
  readonly access: DashboardAccess;
}

export interface DashboardOptions extends Dashboards {
  readonly holder: Resource;
  /** The last lines of the log of the service. */
  readonly tailLog: () => Promise<readonly string[] | undefined>;
  /** The facts that the state has about the dashboards. */
  readonly lastOf: (name: string) => JsonObject | undefined;
}

export type DashboardResource = Resource<DashboardObservation, DashboardIdentity>;

export function dashboardResource({ bundle, access, holder, tailLog, lastOf }: DashboardOptions): DashboardResource {
  const { slugs, identity } = bundle;
  const name = slugs.join(", ");
  const decide = (observed: DashboardObservation): Decision<DashboardIdentity> => decisionOf(planDashboards(observed, identity), identity);
  return {
    kind: "dashboard",
    name,
    holder,
    // An import does not query the table.
    needs: [holder],
    observe: async (deadline) => await observeDashboards(bundle, access, deadline),
    recall: () => recalled(lastOf(name)),
    decide,
    async apply({ operation }, { deadline }) {
      if (operation === "keep") return { facts: identity };
      await applyDashboards(bundle, access, deadline).catch(async (error: unknown) => {
        // The answer does not contain the reason, only the log does.
        if (!hasCode(error, "dashboard") || error.facts.status !== 500) throw error;
        const { message, hint = "", facts } = error;
        const detail = logExcerpt((await tailLog()) ?? []).join("\n");
        throw new StreamctlError("dashboard", message, { cause: error, detail, hint, facts });
      });
      return { facts: identity };
    },
    async health(deadline) {
      const { missing } = await observeDashboards(bundle, access, deadline);
      if (missing.length > 0) return { healthy: false, detail: `Superset does not have ${missing.join(", ")}. Run: streamctl up` };
      return { healthy: true, detail: `${bundle.objects.filter(({ kind }) => kind === "chart").length} charts` };
    },
  };
}

const operations = { created: "create", unchanged: "keep", updated: "update" } as const satisfies Record<
  DashboardPlan["result"],
  OperationKind
>;

function decisionOf({ result, cause }: DashboardPlan, facts: DashboardIdentity): Decision<DashboardIdentity> {
  return { operation: operations[result], cause, facts, ...(result === "created" ? { obvious: true } : {}) };
}

function recalled(last: JsonObject | undefined): DashboardObservation {
  const [declarations, values] = [stringAt(last, "declarations"), stringAt(last, "values")];
  const imported = declarations === undefined || values === undefined ? undefined : { declarations, values };
  return { missing: [], absent: imported === undefined, imported, conflicts: [] };
}
