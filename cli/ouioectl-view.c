/* ouioectl-view.c - events as people read them in a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-view.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-text.h"

#define TYPE_COLUMNS    20   /* of the column with the type */
#define SESSION_COLUMNS 18   /* of the column with the session */
#define MIN_COLUMNS     36   /* for the text; with fewer it stands below, not beside */
#define UNLIMITED       (1 << 20)
#define OPEN_TYPE       "…"  /* stands for the type of a step that is not complete: nobody knows it yet */

#define STYLE_PLAIN ""
#define STYLE_DIM   "2"
#define STYLE_BOLD  "1"

/* Types that mean something get a colour; others stay plain. */
static const struct { const char *type; const char *style; } styles[] = {
  { "analysis", "34" },
  { "planning", "36" },
  { "execution_planning", "36" },
  { "workflow_generation", "36" },
  { "decision", "1;32" },
  { "service_selection", "32" },
  { "evaluation", "33" },
  { "result_analysis", "33" },
  { "risk_assessment", "31" },
  { "warning", "33" },
  { "error", "1;31" },
  { "discovery", "35" },
  { "completion", "32" },
  { "completed", "32" },
  { OPEN_TYPE, STYLE_DIM },
};

static const char *
style_of (const char *type)
{
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (styles); i++)
    if (strcmp (styles[i].type, type) == 0)
      return styles[i].style;
  return STYLE_PLAIN;
}

static void
append_styled (GString *out, const OuioectlView *view, const char *style, const char *text)
{
  if (view->colour && *style != '\0')
    g_string_append_printf (out, "\033[%sm%s\033[0m", style, text);
  else
    g_string_append (out, text);
}

static void
append_column (GString *out, const OuioectlView *view, const char *style, const char *text, guint columns)
{
  g_autofree char *safe = ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINE);
  guint used;
  g_autofree char *shown = ouioectl_text_shorten (safe, columns - 1, &used);

  append_styled (out, view, style, shown);
  g_string_append_printf (out, "%*s", (int) (columns - used), "");
}

/* Time, session and type; returns the column where text goes. */
static guint
append_head_of (GString *out, const OuioectlView *view, const char *session_id, gint64 time_us, const char *type)
{
  g_autofree char *clock = ouioectl_text_clock (time_us);
  guint column = (guint) strlen (clock) + 2;

  append_styled (out, view, STYLE_DIM, clock);
  g_string_append (out, "  ");
  if (view->sessions)
    {
      append_column (out, view, STYLE_BOLD, session_id, SESSION_COLUMNS);
      column += SESSION_COLUMNS;
    }
  append_column (out, view, style_of (type), type, TYPE_COLUMNS);
  column += TYPE_COLUMNS;

  if (view->width == 0 || column + MIN_COLUMNS <= view->width)
    return column;
  while (out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append (out, "\n  ");
  return 2;
}

static guint
append_head (GString *out, const OuioectlView *view, OuioeEvent *event, const char *type)
{
  return append_head_of (out, view, ouioe_event_get_session_id (event), ouioe_event_get_time_us (event), type);
}

static void
append_text (GString *out, const OuioectlView *view, guint column, const char *text)
{
  g_autofree char *safe = ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINES);

  ouioectl_text_wrap (out, g_strchomp (safe), column, view->width == 0 ? UNLIMITED : view->width - column);
  g_string_append_c (out, '\n');
}

static void
append_detail (GString *out, const OuioectlView *view, guint column, const char *label, const char *text)
{
  g_autofree char *safe = ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINES);
  guint begin = column + ouioectl_text_width (label) + 1;

  g_string_append_printf (out, "%*s", (int) column, "");
  append_styled (out, view, STYLE_DIM, label);
  g_string_append_c (out, ' ');
  ouioectl_text_wrap (out, g_strchomp (safe), begin, view->width == 0 ? UNLIMITED : view->width - MIN (begin,
    view->width));
  g_string_append_c (out, '\n');
}

static void
append_details (GString *out, const OuioectlView *view, guint column, const char *label, char **texts)
{
  for (; texts != NULL && *texts != NULL; texts++)
    append_detail (out, view, column, label, *texts);
}

/* ---- kinds of events ---- */

/* In @text_at where the content begins. */
static void
append_step (GString *out, const OuioectlView *view, OuioeEvent *event, gsize *text_at)
{
  g_autoptr(OuioeThinkingStep) step = ouioe_event_dup_thinking_step (event);
  g_autofree char *content = NULL;
  g_auto(GStrv) reasons = NULL;
  g_auto(GStrv) alternatives = NULL;
  g_auto(GStrv) factors = NULL;
  double confidence;
  guint column;

  if (step == NULL)
    return;
  content = ouioe_thinking_step_dup_content (step);
  reasons = ouioe_thinking_step_dup_reasoning_chain (step);
  alternatives = ouioe_thinking_step_dup_alternatives (step);
  factors = ouioe_thinking_step_dup_decision_factors (step);

  column = append_head (out, view, event, ouioe_thinking_step_get_thinking_type (step));
  *text_at = out->len;
  append_text (out, view, column, content);
  /* TRANSLATORS: before a link of the chain of reasons, an alternative, what decided, and how sure, like "85 %" */
  append_details (out, view, column, _("reason:"), reasons);
  append_details (out, view, column, _("instead of:"), alternatives);
  append_details (out, view, column, _("because of:"), factors);
  if (ouioe_thinking_step_get_confidence (step, &confidence))
    {
      g_autofree char *text = g_strdup_printf ("%.0f %%", confidence * 100);

      append_detail (out, view, column, _("confidence:"), text);
    }
}

/* With a bar at the bottom, a line is for what stays worth reading. */
static gboolean
is_for_the_bar (const char *type)
{
  static const char *const plain[] = { "progress", "thinking_aloud", "start", "started", NULL };

  return g_strv_contains (plain, type);
}

static void
append_update (GString *out, const OuioectlView *view, OuioeEvent *event)
{
  g_autoptr(OuioeProgressUpdate) update = ouioe_event_dup_progress_update (event);
  g_autofree char *message = NULL;
  g_autofree char *step = NULL;
  g_autofree char *remaining = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  double percentage;
  const char *type;

  if (update == NULL)
    return;
  type = ouioe_progress_update_get_progress_type (update);
  if (view->bar && is_for_the_bar (type))
    return;

  message = ouioe_progress_update_dup_message (update);
  step = ouioe_progress_update_dup_current_step (update);
  remaining = ouioe_progress_update_dup_estimated_remaining (update);
  if (ouioe_progress_update_get_percentage (update, &percentage))
    g_string_append_printf (text, "%3.0f %%  ", percentage);
  g_string_append (text, message);
  if (step != NULL && strcmp (step, message) != 0)
    g_string_append_printf (text, " [%s]", step);
  if (remaining != NULL)
    {
      g_string_append (text, " (");
      g_string_append_printf (text, _("%s left"), remaining);
      g_string_append_c (text, ')');
    }
  append_text (out, view, append_head (out, view, event, type), text->str);
}

static json_t *
parse_event (OuioeEvent *event)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);

  return json_loadb (data, len, JSON_ALLOW_NUL, NULL);
}

static const char *
member (json_t *object, const char *name)
{
  const char *text = json_string_value (json_object_get (object, name));

  return text != NULL ? text : "";
}

static void
append_start (GString *out, const OuioectlView *view, OuioeEvent *event)
{
  json_t *object = parse_event (event);
  const char *user = member (object, "user_id");
  const char *request = member (object, "user_request");
  g_autoptr(GString) text = g_string_new (*request != '\0' ? request : _("session began"));

  if (*user != '\0')
    g_string_append_printf (text, " (%s)", user);
  append_text (out, view, append_head (out, view, event, C_("event", "begin")), text->str);
  json_decref (object);
}

static void
append_end (GString *out, const OuioectlView *view, OuioeEvent *event)
{
  json_t *object = parse_event (event);
  double seconds = json_number_value (json_object_get (object, "duration"));
  g_autofree char *duration = ouioectl_text_duration ((gint64) (CLAMP (seconds, 0, 1e12) * 1e6));
  /* TRANSLATORS: how a session ended, like "done", and how long it lasted, like "3 min 05 s" */
  g_autofree char *text = g_strdup_printf (_("%s after %s"), member (object, "outcome"), duration);

  append_text (out, view, append_head (out, view, event, C_("event", "end")), text);
  json_decref (object);
}

char *
ouioectl_view_event (const OuioectlView *view, OuioeEvent *event)
{
  gsize text_at;

  return ouioectl_view_event_at (view, event, &text_at);
}

char *
ouioectl_view_event_at (const OuioectlView *view, OuioeEvent *event, gsize *text_at)
{
  GString *out = g_string_new (NULL);

  *text_at = 0;

  switch (ouioe_event_get_kind (event))
    {
    case OUIOE_EVENT_SESSION_START:
      append_start (out, view, event);
      break;
    case OUIOE_EVENT_THINKING_STEP:
      append_step (out, view, event, text_at);
      break;
    case OUIOE_EVENT_PROGRESS_UPDATE:
      append_update (out, view, event);
      break;
    case OUIOE_EVENT_SESSION_END:
      append_end (out, view, event);
      break;
    default:
      break;   /* a kind of a newer daemon */
    }
  return g_string_free (out, FALSE);
}

/* ---- steps that are being written ---- */

/* How many characters of a long text are laid out at a time: more than any terminal shows. */
#define MAX_LAID_OUT 20000

/* The end of a text that is too long to be laid out thirty times a second. It begins at the same place while the text
 * grows a little, so that lines stay where they are. */
static const char *
tail_of (const char *text)
{
  glong surplus = g_utf8_strlen (text, -1) - MAX_LAID_OUT;

  return surplus <= 0 ? text : g_utf8_offset_to_pointer (text, (surplus / (MAX_LAID_OUT / 2) + 1) * (MAX_LAID_OUT / 2));
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (const char *p = strchr (text, '\n'); p != NULL; p = strchr (p + 1, '\n'))
    n++;
  return n;
}

char *
ouioectl_view_open_step (const OuioectlView *view, const char *session_id, gint64 time_us, const char *text,
                         guint max_lines)
{
  GString *out = g_string_new (NULL);
  guint column = append_head_of (out, view, session_id, time_us, OPEN_TYPE);
  gsize head_len = out->len;
  guint n_head = count_lines (out->str) + 1;   /* lines of the head, when one that says “more” follows it */
  g_auto(GStrv) lines = NULL;
  guint n_lines;

  append_text (out, view, column, tail_of (text));
  n_lines = count_lines (out->str);
  if (n_lines <= max_lines)
    return g_string_free (out, FALSE);

  lines = g_strsplit (out->str, "\n", -1);
  g_string_truncate (out, max_lines > n_head ? head_len : 0);
  if (max_lines > n_head)
    g_string_append (out, "⋮\n");
  for (guint i = n_lines - (max_lines > n_head ? max_lines - n_head : max_lines); i < n_lines; i++)
    g_string_append_printf (out, "%s\n", lines[i]);
  return g_string_free (out, FALSE);
}

/* ---- gaps, and what is never stored ---- */

char *
ouioectl_view_gap (const OuioectlView *view, const char *after, const char *until, gint64 lost)
{
  /* TRANSLATORS: the last two are ids of events */
  g_autofree char *text =
    lost < 0 ? g_strdup_printf (_("--- some events are no longer kept (after %s, until %s) ---"), after, until)
             : g_strdup_printf (ngettext ("--- %" PRId64 " event is no longer kept (after %s, until %s) ---",
                                          "--- %" PRId64 " events are no longer kept (after %s, until %s) ---",
                                          ouioectl_i18n_plural ((guint64) lost)), lost, after, until);
  g_autofree char *safe = ouioectl_text_safe (text, -1, OUIOECTL_TEXT_LINE);
  GString *out = g_string_new (NULL);

  append_styled (out, view, "33", safe);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

/* @object: (transfer full). It has at least a type. */
static char *
to_line (json_t *object)
{
  char *dump = json_dumps (object, JSON_COMPACT | JSON_REAL_PRECISION (15));
  char *line = g_strdup (dump != NULL ? dump : "{}");

  free (dump);
  json_decref (object);
  return line;
}

char *
ouioectl_view_gap_json (const char *after, const char *until, gint64 lost)
{
  json_t *object = json_pack ("{s:s, s:s, s:s}", "kind", "gap", "after", after, "until", until);

  if (lost >= 0)
    json_object_set_new (object, "lost", json_integer (lost));
  return to_line (object);
}

char *
ouioectl_view_delta_json (const char *session_id, const char *step_id, guint64 offset, const char *text)
{
  return to_line (json_pack ("{s:s, s:s, s:s, s:I, s:s}", "type", "thinking_delta", "session_id", session_id, "step_id",
                             step_id, "offset", (json_int_t) offset, "text", text));
}

char *
ouioectl_view_dropped_json (const char *session_id, const char *step_id)
{
  return to_line (json_pack ("{s:s, s:s, s:s}", "type", "thinking_dropped", "session_id", session_id, "step_id", step_id));
}

char *
ouioectl_view_generation_json (const char *session_id, OuioeGeneration *generation)
{
  g_autofree char *json = ouioe_generation_to_json (generation);

  return to_line (json_pack ("{s:s, s:s, s:o}", "type", "generation", "session_id", session_id, "generation",
                             json_loads (json, 0, NULL)));
}
