/* ouioectl-table.c - aligned columns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-text.h"

#include <stdarg.h>

#include "ouioectl-i18n.h"

#define GAP 2

struct _OuioectlTable
{
  guint      n_columns;
  gboolean  *right;        /* columns that align to the right */
  GPtrArray *cells;        /* char *, row by row, the headings first */
};

OuioectlTable *
ouioectl_table_new (const char *const *headings, guint n_columns)
{
  OuioectlTable *self = g_new0 (OuioectlTable, 1);

  self->n_columns = n_columns;
  self->right = g_new0 (gboolean, n_columns);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; headings != NULL && i < n_columns; i++)
    g_ptr_array_add (self->cells, g_strdup (_(headings[i])));
  return self;
}

void
ouioectl_table_free (OuioectlTable *self)
{
  g_free (self->right);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

void
ouioectl_table_align_right (OuioectlTable *self, guint column)
{
  g_return_if_fail (column < self->n_columns);
  self->right[column] = TRUE;
}

void
ouioectl_table_add (OuioectlTable *self, ...)
{
  va_list args;
  guint n = 0;

  va_start (args, self);
  for (const char *cell = va_arg (args, const char *); cell != NULL; cell = va_arg (args, const char *))
    {
      g_ptr_array_add (self->cells, ouioectl_text_safe (cell, -1, OUIOECTL_TEXT_LINE));
      n++;
    }
  va_end (args);
  g_return_if_fail (n == self->n_columns);
}

static void
append_cell (GString *out, const char *cell, guint width, gboolean right, gboolean last)
{
  guint padding = width - MIN (ouioectl_text_width (cell), width);

  if (right)
    g_string_append_printf (out, "%*s", (int) padding, "");
  g_string_append (out, cell);
  if (!right && !last)
    g_string_append_printf (out, "%*s", (int) padding, "");
  g_string_append_printf (out, "%*s", last ? 0 : GAP, "");
}

char *
ouioectl_table_format (OuioectlTable *self, guint width)
{
  GString *out = g_string_new (NULL);
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  guint last = self->n_columns - 1;
  guint before_last = 0;

  for (guint i = 0; i < self->cells->len; i++)
    widths[i % self->n_columns] = MAX (widths[i % self->n_columns], ouioectl_text_width (self->cells->pdata[i]));
  for (guint i = 0; i < last; i++)
    before_last += widths[i] + GAP;

  for (guint i = 0; i < self->cells->len; i++)
    {
      guint column = i % self->n_columns;
      g_autofree char *shortened = NULL;
      const char *cell = self->cells->pdata[i];

      if (column == last && width > 0)
        cell = shortened = ouioectl_text_shorten (cell, MAX (width, before_last + 10) - before_last, NULL);
      append_cell (out, cell, widths[column], self->right[column], column == last);
      if (column < last)
        continue;
      while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
