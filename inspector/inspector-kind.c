/* inspector-kind.c - how each type of step and update looks and is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-kind.h"

#include <glib/gi18n.h>

static const InspectorKind steps[] = {
  { "initialization", NC_ ("kind", "Initialization"), "ouioe-initialization-symbolic", "kind-initialization" },
  { "analysis", NC_ ("kind", "Analysis"), "ouioe-analysis-symbolic", "kind-analysis" },
  { "decision", NC_ ("kind", "Decision"), "ouioe-decision-symbolic", "kind-decision" },
  { "planning", NC_ ("kind", "Planning"), "ouioe-planning-symbolic", "kind-planning" },
  { "evaluation", NC_ ("kind", "Evaluation"), "ouioe-evaluation-symbolic", "kind-evaluation" },
  { "risk_assessment", NC_ ("kind", "Risk"), "ouioe-risk-symbolic", "kind-risk" },
  { "service_selection", NC_ ("kind", "Service"), "ouioe-service-symbolic", "kind-service" },
  { "workflow_generation", NC_ ("kind", "Workflow"), "ouioe-workflow-symbolic", "kind-workflow" },
  { "execution_planning", NC_ ("kind", "Execution"), "ouioe-execution-symbolic", "kind-execution" },
  { "result_analysis", NC_ ("kind", "Result"), "ouioe-result-symbolic", "kind-result" },
  { "processing", NC_ ("kind", "Processing"), "ouioe-other-symbolic", "kind-other" },
  { "execution", NC_ ("kind", "Running"), "ouioe-other-symbolic", "kind-other" },
  { "completion", NC_ ("kind", "Completion"), "ouioe-result-symbolic", "kind-other" },
  { "error", NC_ ("kind", "Error"), "ouioe-risk-symbolic", "kind-risk" },
  { "model_performance", NC_ ("kind", "Performance"), "ouioe-other-symbolic", "kind-other" },
  { "decision_visualization", NC_ ("kind", "Visualization"), "ouioe-other-symbolic", "kind-other" },
  { "collaborative_reasoning", NC_ ("kind", "Collaboration"), "ouioe-other-symbolic", "kind-other" },
  { "reflection", NC_ ("kind", "Reflection"), "ouioe-other-symbolic", "kind-other" },
};

static const InspectorKind updates[] = {
  { "progress", NC_ ("kind", "Progress"), "ouioe-progress-symbolic", "kind-progress" },
  { "intermediate_result", NC_ ("kind", "Finding"), "ouioe-progress-symbolic", "kind-progress" },
  { "thinking_aloud", NC_ ("kind", "Aloud"), "ouioe-progress-symbolic", "kind-progress" },
  { "discovery", NC_ ("kind", "Discovery"), "ouioe-progress-symbolic", "kind-progress" },
  { "warning", NC_ ("kind", "Warning"), "ouioe-risk-symbolic", "kind-warning" },
  { "completion", NC_ ("kind", "Completed"), "ouioe-done-symbolic", "kind-result" },
  { "completed", NC_ ("kind", "Completed"), "ouioe-done-symbolic", "kind-result" },
  { "start", NC_ ("kind", "Started"), "ouioe-progress-symbolic", "kind-progress" },
  { "started", NC_ ("kind", "Started"), "ouioe-progress-symbolic", "kind-progress" },
  { "error", NC_ ("kind", "Error"), "ouioe-risk-symbolic", "kind-risk" },
  { "decision_progress", NC_ ("kind", "Deciding"), "ouioe-progress-symbolic", "kind-progress" },
};

static const InspectorKind other = { NULL, NULL, "ouioe-other-symbolic", "kind-other" };
static const InspectorKind start = { NULL, NC_ ("kind", "Start"), "ouioe-initialization-symbolic", "kind-quiet" };
static const InspectorKind end = { NULL, NC_ ("kind", "End"), "ouioe-done-symbolic", "kind-quiet" };
static const InspectorKind gap = { NULL, NC_ ("kind", "Gap"), "ouioe-gap-symbolic", "kind-warning" };

static const InspectorKind *
find (const InspectorKind *kinds, gsize n, const char *word)
{
  for (gsize i = 0; i < n; i++)
    {
      if (g_strcmp0 (kinds[i].word, word) == 0)
        return &kinds[i];
    }
  return &other;
}

const InspectorKind *
inspector_kind_for_item (InspectorChainItem *item)
{
  const char *word = inspector_chain_item_get_type_word (item);

  switch (inspector_chain_item_get_kind (item))
    {
    case INSPECTOR_ITEM_STEP:
      return find (steps, G_N_ELEMENTS (steps), word);
    case INSPECTOR_ITEM_UPDATE:
      return find (updates, G_N_ELEMENTS (updates), word);
    case INSPECTOR_ITEM_START:
      return &start;
    case INSPECTOR_ITEM_END:
      return &end;
    case INSPECTOR_ITEM_GAP:
      return &gap;
    default:
      g_return_val_if_reached (&other);
    }
}

const char *
inspector_kind_get_name (const InspectorKind *kind, InspectorChainItem *item)
{
  const char *word = inspector_chain_item_get_type_word (item);

  if (kind->name != NULL)
    return g_dpgettext2 (NULL, "kind", kind->name);
  return word != NULL ? word : "";
}
