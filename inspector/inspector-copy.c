/* inspector-copy.c - rows of a chain as text that can be put elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-copy.h"

#include <glib/gi18n.h>

#include "inspector-format.h"
#include "inspector-kind.h"

/* "Decision, 14:02:07.3, 88 %" */
static void
append_head (GString *out, InspectorChainItem *item)
{
  const InspectorKind *kind = inspector_kind_for_item (item);
  gint64 time_us = inspector_chain_item_get_time_us (item);
  double value;

  g_string_append (out, inspector_kind_title_word (kind, inspector_chain_item_get_type_word (item)));
  if (time_us > 0)
    {
      g_autofree char *clock = inspector_format_clock_ms (time_us);

      g_string_append_printf (out, ", %s", clock);
    }
  if (inspector_chain_item_get_confidence (item, &value))
    {
      g_autofree char *percent = inspector_format_percent (value);

      g_string_append_printf (out, _(", confidence %s"), percent);
    }
  if (inspector_chain_item_get_percentage (item, &value))
    {
      g_autofree char *percent = inspector_format_percent (value / 100);

      g_string_append_printf (out, _(", %s done"), percent);
    }
}

/* Of several each has its head; of one only its words are wanted. */
static void
append_text (GString *out, InspectorChainItem *item, gboolean has_head)
{
  const char *const *reasons = inspector_chain_item_get_reasons (item);

  if (has_head)
    append_head (out, item);
  g_string_append_printf (out, "%s%s%s", has_head ? "\n" : "", inspector_chain_item_get_text (item), has_head ? "\n" : "");
  for (guint i = 0; reasons[i] != NULL; i++)
    g_string_append_printf (out, "%s%u. %s%s", has_head ? "  " : "\n", i + 1, reasons[i], has_head ? "\n" : "");
}

/* A text of several lines stays within its quotation. */
static void
append_quoted (GString *out, const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (out, "> %s\n", lines[i]);
}

static void
append_markdown (GString *out, InspectorChainItem *item)
{
  const char *const *reasons = inspector_chain_item_get_reasons (item);

  g_string_append (out, "**");
  append_head (out, item);
  g_string_append (out, "**\n\n");
  append_quoted (out, inspector_chain_item_get_text (item));
  for (guint i = 0; reasons[i] != NULL; i++)
    g_string_append_printf (out, "%s%u. %s\n", i == 0 ? "\n" : "", i + 1, reasons[i]);
}

static void
append_json (GString *out, OuioeEvent *event)
{
  gsize len;
  const char *data = g_bytes_get_data (ouioe_event_get_json (event), &len);

  g_string_append_len (out, data, (gssize) len);
  g_string_append_c (out, '\n');
}

static void
append_link (GString *out, OuioeEvent *event)
{
  g_autofree char *id = ouioe_event_id_to_string (*ouioe_event_get_id (event));

  g_string_append (out, "ouioe:session/");
  g_string_append_uri_escaped (out, ouioe_event_get_session_id (event), NULL, FALSE);
  g_string_append_printf (out, "#%s\n", id);
}

InspectorCopyFormat
inspector_copy_format_of (const char *action)
{
  static const char *const ends[] = {
    [INSPECTOR_COPY_MARKDOWN] = "-markdown",
    [INSPECTOR_COPY_JSON] = "-json",
    [INSPECTOR_COPY_LINK] = "-link",
  };

  for (guint i = INSPECTOR_COPY_MARKDOWN; i < G_N_ELEMENTS (ends); i++)
    {
      if (g_str_has_suffix (action, ends[i]))
        return (InspectorCopyFormat) i;
    }
  return INSPECTOR_COPY_TEXT;
}

char *
inspector_copy (GPtrArray *items, InspectorCopyFormat format)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < items->len; i++)
    {
      InspectorChainItem *item = items->pdata[i];
      OuioeEvent *event = inspector_chain_item_get_event (item);

      if (format == INSPECTOR_COPY_JSON && event != NULL)
        append_json (out, event);
      else if (format == INSPECTOR_COPY_LINK && event != NULL)
        append_link (out, event);
      else if (format == INSPECTOR_COPY_MARKDOWN)
        append_markdown (out, item);
      else if (format == INSPECTOR_COPY_TEXT)
        append_text (out, item, items->len > 1);
      if (i + 1 < items->len && (format == INSPECTOR_COPY_TEXT || format == INSPECTOR_COPY_MARKDOWN))
        g_string_append_c (out, '\n');
    }
  /* A single line is pasted into a sentence. */
  if (items->len == 1 && out->len > 0 && (format == INSPECTOR_COPY_LINK || format == INSPECTOR_COPY_JSON))
    g_string_truncate (out, out->len - 1);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
