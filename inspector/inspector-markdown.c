/* inspector-markdown.c - a chain as a report for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-markdown.h"

#include <glib/gi18n.h>
#include <jansson.h>
#include <string.h>

#include "inspector-chain-item.h"
#include "inspector-format.h"
#include "inspector-kind.h"

/* ---- text of others ---- */

/* As it stands, but with nothing that a reader of Markdown would take for a tag. Every line begins with @prefix. */
static void
append_text (GString *out, const char *text, const char *prefix)
{
  g_string_append (out, prefix);
  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '<' || *c == '&')
        g_string_append_c (out, '\\');
      if (*c != '\r')
        g_string_append_c (out, *c);
      if (*c == '\n')
        g_string_append (out, prefix);
    }
  g_string_append_c (out, '\n');
}

/* On one line, where "|" would end a cell of a table. */
static char *
escape_line (const char *text)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *line = inspector_format_joined (text, G_MAXLONG);

  for (const char *c = line; *c != '\0'; c++)
    {
      if (strchr ("|<&*_`[]#\\", *c) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *c);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
append_row (GString *out, const char *name, const char *value)
{
  g_autofree char *escaped = value != NULL && *value != '\0' ? escape_line (value) : NULL;

  if (escaped != NULL)
    g_string_append_printf (out, "| %s | %s |\n", name, escaped);
}

/* ---- the head ---- */

typedef struct {
  char   *request;
  char   *user;
  char   *outcome;
  guint   n_steps;
  guint   n_updates;
  guint   n_warnings;
  guint   n_confident;   /* steps that reported a confidence */
  double  confidence;    /* sum of those */
} Summary;

static char *
dup_member (OuioeEvent *event, const char *name)
{
  gsize len;
  const char *json = g_bytes_get_data (ouioe_event_get_json (event), &len);
  json_t *object = json_loadb (json, len, 0, NULL);
  char *value = g_strdup (json_string_value (json_object_get (object, name)));

  json_decref (object);
  return value;
}

static void
add_event (Summary *sum, OuioeEvent *event)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  double confidence;

  switch (ouioe_event_get_kind (event))
    {
    case OUIOE_EVENT_SESSION_START:
      g_free (sum->request);
      g_free (sum->user);
      sum->request = dup_member (event, "user_request");
      sum->user = dup_member (event, "user_id");
      break;
    case OUIOE_EVENT_SESSION_END:
      g_free (sum->outcome);
      sum->outcome = dup_member (event, "outcome");
      break;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      sum->n_updates++;
      sum->n_warnings += g_strcmp0 (ouioe_event_get_type_word (event), "warning") == 0;
      break;
    case OUIOE_EVENT_THINKING_STEP:
    default:
      sum->n_steps++;
      if (step != NULL && ouioe_thinking_step_get_confidence (step, &confidence))
        {
          sum->n_confident++;
          sum->confidence += confidence;
        }
    }
}

static char *
format_moment (gint64 time_us)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M:%S %z") : g_strdup ("");
}

static void
append_count (GString *out, const char *name, guint n)
{
  g_autofree char *count = inspector_format_count (n);

  if (n > 0)
    append_row (out, name, count);
}

void
inspector_markdown_append_head (GString *out, GPtrArray *events)
{
  OuioeEvent *first = events->pdata[0];
  OuioeEvent *last = events->pdata[events->len - 1];
  gint64 began_us = ouioe_event_get_time_us (first);
  g_autofree char *began = format_moment (began_us);
  g_autofree char *duration = inspector_format_duration (MAX (ouioe_event_get_time_us (last) - began_us, 0));
  g_autofree char *title = NULL;
  Summary sum = { 0 };

  for (guint i = 0; i < events->len; i++)
    add_event (&sum, events->pdata[i]);
  title = escape_line (sum.request != NULL && *sum.request != '\0' ? sum.request : ouioe_event_get_session_id (first));
  g_string_append_printf (out, "# %s\n\n| | |\n|---|---|\n", title);
  append_row (out, _("Session"), ouioe_event_get_session_id (first));
  append_row (out, _("User"), sum.user);
  append_row (out, _("First event"), began);
  append_row (out, _("Duration"), duration);
  append_count (out, _("Steps"), sum.n_steps);
  append_count (out, _("Updates"), sum.n_updates);
  append_count (out, _("Warnings"), sum.n_warnings);
  if (sum.n_confident > 0)
    {
      g_autofree char *mean = inspector_format_percent (sum.confidence / sum.n_confident);

      append_row (out, _("Mean confidence"), mean);
    }
  append_row (out, _("Outcome"), sum.outcome);
  g_string_append_c (out, '\n');
  g_free (sum.request);
  g_free (sum.user);
  g_free (sum.outcome);
}

/* ---- events ---- */

static void
append_list (GString *out, const char *name, char **entries)
{
  if (entries == NULL || entries[0] == NULL)
    return;
  g_string_append_printf (out, "\n%s\n\n", name);
  for (guint i = 0; entries[i] != NULL; i++)
    {
      g_autofree char *entry = escape_line (entries[i]);

      g_string_append_printf (out, "- %s\n", entry);
    }
}

static void
append_reasons (GString *out, const char *const *reasons)
{
  for (guint i = 0; reasons[i] != NULL; i++)
    {
      g_autofree char *reason = escape_line (reasons[i]);

      g_string_append_printf (out, "%s%u. %s\n", i == 0 ? "\n" : "", i + 1, reason);
    }
}

void
inspector_markdown_append_event (GString *out, OuioeEvent *event)
{
  /* One of its own: that of the window belongs to the thread of the window. */
  g_autoptr(InspectorChainItem) item = inspector_chain_item_new_event (event);
  const InspectorKind *kind = inspector_kind_for_item (item);
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autofree char *clock = inspector_format_clock (ouioe_event_get_time_us (event));
  g_autofree char *name = escape_line (inspector_kind_get_name (kind, item));
  double value;

  g_string_append_printf (out, "## %s · %s", clock, name);
  if (inspector_chain_item_get_percentage (item, &value))
    g_string_append_printf (out, " · %d %%", (int) (value + 0.5));
  else if (inspector_chain_item_get_confidence (item, &value))
    g_string_append_printf (out, _(" · confidence %d %%"), (int) (value * 100 + 0.5));
  g_string_append (out, "\n\n");
  append_text (out, inspector_chain_item_get_text (item), "> ");
  append_reasons (out, inspector_chain_item_get_reasons (item));
  if (step != NULL)
    {
      g_auto(GStrv) alternatives = ouioe_thinking_step_dup_alternatives (step);
      g_auto(GStrv) factors = ouioe_thinking_step_dup_decision_factors (step);

      append_list (out, _("Alternatives:"), alternatives);
      append_list (out, _("Factors:"), factors);
    }
  g_string_append_c (out, '\n');
}
