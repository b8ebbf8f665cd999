/* inspector-findings.c - what an operation found so far, as a list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-findings.h"

#include <jansson.h>

#include "inspector-format.h"

#define MAX_ROWS 200
#define MAX_CHARS 600
#define MAX_WIDTH_CHARS 52

static char *
describe_value (json_t *value)
{
  return json_is_string (value) ? g_strdup (json_string_value (value)) : json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT);
}

/* A text as it is, an object as lines of "name: value". */
static char *
describe_finding (json_t *finding)
{
  g_autoptr(GString) text = g_string_new (NULL);
  const char *name;
  json_t *value;

  if (!json_is_object (finding))
    return describe_value (finding);
  json_object_foreach (finding, name, value)
    {
      g_autofree char *part = describe_value (value);

      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", name, part);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static GtkWidget *
make_row (json_t *finding)
{
  g_autofree char *text = describe_finding (finding);
  g_autofree char *shown = inspector_format_bounded (text, MAX_CHARS);
  GtkWidget *label = gtk_label_new (shown);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_WIDTH_CHARS);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  return label;
}

guint
inspector_findings_fill (GtkListBox *list, const char *json)
{
  json_t *findings = json != NULL ? json_loads (json, 0, NULL) : NULL;
  guint n = (guint) json_array_size (findings);
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
  for (guint i = 0; i < MIN (n, MAX_ROWS); i++)
    gtk_list_box_append (list, make_row (json_array_get (findings, i)));
  json_decref (findings);
  return n;
}
