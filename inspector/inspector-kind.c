/* inspector-kind.c - how each type of step and update, and each phase of a model, looks and is called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-kind.h"

#include <glib/gi18n.h>

#define ICON(shape) "ouioe-" shape "-symbolic"
#define GREY        "kind-other", 0x77767b, 0xc0bfbc
#define OTHER       ICON ("other"), GREY
#define PROGRESS    "kind-progress", 0x3584e4, 0x78aeed
#define WARNING     "kind-warning", 0xae7b03, 0xf8e45c
#define RISK        "kind-risk", 0xc01c28, 0xf66151
#define RESULT      "kind-result", 0x26a269, 0x57e389
#define FINDING     "kind-finding", 0x2190a4, 0x7bdff4

static const InspectorKind steps[] = {
  { "initialization", NC_ ("kind", "Initialization"), NULL,
    ICON ("initialization"), "kind-initialization", 0x6f8396, 0xa8b6c6 },
  { "analysis", NC_ ("kind", "Analysis"), NULL,
    ICON ("analysis"), "kind-analysis", 0x3584e4, 0x78aeed },
  { "decision", NC_ ("kind", "Decision"), NULL,
    ICON ("decision"), "kind-decision", 0x9141ac, 0xdc8add },
  { "planning", NC_ ("kind", "Planning"), NULL,
    ICON ("planning"), "kind-planning", 0x2190a4, 0x7bdff4 },
  { "evaluation", NC_ ("kind", "Evaluation"), NULL,
    ICON ("evaluation"), "kind-evaluation", 0x3a944a, 0x8ff0a4 },
  { "risk_assessment", NC_ ("kind", "Risk"), NC_ ("kind", "Risk assessment"),
    ICON ("risk"), RISK },
  { "service_selection", NC_ ("kind", "Service"), NC_ ("kind", "Service selection"),
    ICON ("service"), "kind-service", 0x986a44, 0xcdab8f },
  { "workflow_generation", NC_ ("kind", "Workflow"), NC_ ("kind", "Workflow generation"),
    ICON ("workflow"), "kind-workflow", 0xc64600, 0xffa348 },
  { "execution_planning", NC_ ("kind", "Execution"), NC_ ("kind", "Execution planning"),
    ICON ("execution"), "kind-execution", 0x1a5fb4, 0x99c1f1 },
  { "result_analysis", NC_ ("kind", "Result"), NC_ ("kind", "Result analysis"),
    ICON ("result"), RESULT },
  { "processing", NC_ ("kind", "Processing"), NULL, OTHER },
  { "execution", NC_ ("kind", "Running"), NULL, OTHER },
  { "completion", NC_ ("kind", "Completion"), NULL, OTHER },
  { "error", NC_ ("kind", "Error"), NULL, ICON ("error"), RISK },
  { "model_performance", NC_ ("kind", "Performance"), NC_ ("kind", "Performance of the model"), OTHER },
  { "decision_visualization", NC_ ("kind", "Visualization"), NC_ ("kind", "Visualization of a decision"), OTHER },
  { "collaborative_reasoning", NC_ ("kind", "Collaboration"), NC_ ("kind", "Collaborative reasoning"), OTHER },
  { "reflection", NC_ ("kind", "Reflection"), NULL, OTHER },
};

static const InspectorKind updates[] = {
  { "progress", NC_ ("kind", "Progress"), NULL, ICON ("progress"), PROGRESS },
  { "intermediate_result", NC_ ("kind", "Finding"), NC_ ("kind", "Intermediate result"), ICON ("finding"), FINDING },
  { "thinking_aloud", NC_ ("kind", "Aloud"), NC_ ("kind", "Thinking aloud"), ICON ("aloud"), GREY },
  { "discovery", NC_ ("kind", "Discovery"), NULL, ICON ("discovery"), FINDING },
  { "warning", NC_ ("kind", "Warning"), NULL, ICON ("warning"), WARNING },
  { "completion", NC_ ("kind", "Completed"), NULL, ICON ("done"), RESULT },
  { "completed", NC_ ("kind", "Completed"), NULL, ICON ("done"), RESULT },
  { "start", NC_ ("kind", "Started"), NULL, ICON ("started"), PROGRESS },
  { "started", NC_ ("kind", "Started"), NULL, ICON ("started"), PROGRESS },
  { "error", NC_ ("kind", "Error"), NULL, ICON ("error"), RISK },
  { "decision_progress", NC_ ("kind", "Deciding"), NC_ ("kind", "Progress of a decision"), ICON ("deciding"), PROGRESS },
};

/* By the number of the phase. */
static const InspectorKind phases[] = {
  [OUIOE_PHASE_NONE] = { "none", NC_ ("kind", "Idle"), NULL, ICON ("quiet"), "phase-idle", 0x77767b, 0xc0bfbc },
  [OUIOE_PHASE_WAITING] = { "waiting", NC_ ("kind", "Waiting"), NC_ ("kind", "Waiting for the model"),
                            ICON ("phase-waiting"), "phase-waiting", 0x77767b, 0xc0bfbc },
  [OUIOE_PHASE_PROMPT] = { "prompt", NC_ ("kind", "Reading"), NC_ ("kind", "Reading the prompt"),
                           ICON ("phase-prompt"), "phase-prompt", 0x6f8396, 0xa8b6c6 },
  [OUIOE_PHASE_THINKING] = { "thinking", NC_ ("kind", "Thinking"), NULL,
                             ICON ("phase-thinking"), "phase-thinking", 0x9141ac, 0xdc8add },
  [OUIOE_PHASE_ANSWER] = { "answer", NC_ ("kind", "Answering"), NULL,
                           ICON ("phase-answer"), "phase-answer", 0x26a269, 0x57e389 },
  [OUIOE_PHASE_TOOL] = { "tool", NC_ ("kind", "Tool"), NC_ ("kind", "Calling a tool"),
                         ICON ("phase-tool"), "phase-tool", 0xc64600, 0xffa348 },
  [OUIOE_PHASE_PROGRESS] = { "progress", NC_ ("kind", "Working"), NULL,
                             ICON ("progress"), "phase-progress", 0x3584e4, 0x78aeed },
};

static const InspectorKind other = { NULL, NULL, NULL, OTHER };
static const InspectorKind start = { NULL, NC_ ("kind", "Start"), NULL, ICON ("initialization"), GREY };
static const InspectorKind end = { NULL, NC_ ("kind", "End"), NULL, ICON ("done"), GREY };
static const InspectorKind gap = { NULL, NC_ ("kind", "Gap"), NULL, ICON ("gap"), WARNING };
static const InspectorKind stall = { NULL, NC_ ("kind", "Stalled"), NULL, ICON ("phase-stalled"), WARNING };

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
inspector_kind_for_step (const char *word)
{
  return find (steps, G_N_ELEMENTS (steps), word);
}

const InspectorKind *
inspector_kind_for_update (const char *word)
{
  return find (updates, G_N_ELEMENTS (updates), word);
}

const InspectorKind *
inspector_kind_for_phase (OuioePhase phase)
{
  g_return_val_if_fail ((guint) phase < G_N_ELEMENTS (phases), &other);
  return &phases[phase];
}

const InspectorKind *
inspector_kind_for_stall (void)
{
  return &stall;
}

const InspectorKind *
inspector_kind_for_item (InspectorChainItem *item)
{
  const char *word = inspector_chain_item_get_type_word (item);

  switch (inspector_chain_item_get_kind (item))
    {
    case INSPECTOR_ITEM_STEP:
      return inspector_kind_for_step (word);
    case INSPECTOR_ITEM_UPDATE:
      return inspector_kind_for_update (word);
    case INSPECTOR_ITEM_START:
      return &start;
    case INSPECTOR_ITEM_END:
      return &end;
    case INSPECTOR_ITEM_GAP:
      return &gap;
    case INSPECTOR_ITEM_OPEN:
      return &phases[OUIOE_PHASE_THINKING];
    default:
      g_return_val_if_reached (&other);
    }
}

const char *
inspector_kind_name_word (const InspectorKind *kind, const char *word)
{
  if (kind->name != NULL)
    return g_dpgettext2 (NULL, "kind", kind->name);
  return word != NULL ? word : "";
}

const char *
inspector_kind_title_word (const InspectorKind *kind, const char *word)
{
  return kind->title != NULL ? g_dpgettext2 (NULL, "kind", kind->title) : inspector_kind_name_word (kind, word);
}

const char *
inspector_kind_get_name (const InspectorKind *kind, InspectorChainItem *item)
{
  return inspector_kind_name_word (kind, inspector_chain_item_get_type_word (item));
}

guint
inspector_kind_get_order (const InspectorKind *kind)
{
  return kind >= steps && kind < steps + G_N_ELEMENTS (steps) ? (guint) (kind - steps) : G_N_ELEMENTS (steps);
}

void
inspector_kind_get_rgba (const InspectorKind *kind, gboolean is_dark, GdkRGBA *rgba)
{
  guint32 value = is_dark ? kind->dark : kind->light;

  *rgba = (GdkRGBA) {
    .red = (float) (value >> 16 & 0xff) / 255,
    .green = (float) (value >> 8 & 0xff) / 255,
    .blue = (float) (value & 0xff) / 255,
    .alpha = 1,
  };
}
