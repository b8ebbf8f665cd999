/* ouioe-problems.c - what is wrong with a body, all of it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-codec.h"
#include "ouioe-json.h"

#define MAX_PROBLEMS 100 /* a hostile list could have thousands, and the answer would be larger than the question */

struct _OuioeProblems
{
  GPtrArray *list;       /* of OuioeProblem */
};

static void
problem_free (gpointer data)
{
  OuioeProblem *problem = data;

  g_free (problem->location);
  g_free (problem->message);
  g_free (problem->type);
  g_free (problem);
}

OuioeProblems *
ouioe_problems_new (void)
{
  OuioeProblems *self = g_new (OuioeProblems, 1);

  self->list = g_ptr_array_new_with_free_func (problem_free);
  return self;
}

void
ouioe_problems_free (OuioeProblems *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

void
ouioe_problems_add (OuioeProblems *self, const char *root, const char *field, int index, const char *type,
                    const char *format, ...)
{
  OuioeProblem *problem;
  GString *location;
  va_list args;

  if (self->list->len == MAX_PROBLEMS)
    return;

  location = g_string_new ("[");
  ouioe_json_write_string (location, root, -1);
  if (field != NULL)
    {
      g_string_append_c (location, ',');
      ouioe_json_write_string (location, field, -1);
    }
  if (index >= 0)
    g_string_append_printf (location, ",%d", index);
  g_string_append_c (location, ']');

  problem = g_new (OuioeProblem, 1);
  problem->location = g_string_free (location, FALSE);
  problem->type = g_strdup (type);
  va_start (args, format);
  problem->message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->list, problem);
}

guint
ouioe_problems_get_n (OuioeProblems *self)
{
  return self->list->len;
}

const OuioeProblem *
ouioe_problems_get (OuioeProblems *self, guint i)
{
  g_return_val_if_fail (i < self->list->len, NULL);

  return self->list->pdata[i];
}

char *
ouioe_problems_describe (OuioeProblems *self)
{
  guint n_more;

  if (self->list->len == 0)
    return g_strdup ("nothing is wrong");

  n_more = self->list->len - 1;
  if (n_more == 0)
    return g_strdup (ouioe_problems_get (self, 0)->message);
  return g_strdup_printf ("%s (and %u more %s)", ouioe_problems_get (self, 0)->message, n_more,
                          n_more == 1 ? "problem" : "problems");
}

GError *
ouioe_problems_to_error (OuioeProblems *self)
{
  g_autofree char *message = ouioe_problems_describe (self);

  return g_error_new_literal (OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY, message);
}

void
ouioe_problems_write (OuioeProblems *self, GString *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < self->list->len; i++)
    {
      const OuioeProblem *problem = ouioe_problems_get (self, i);

      if (i > 0)
        g_string_append_c (out, ',');
      g_string_append_printf (out, "{\"loc\":%s,\"msg\":", problem->location);
      ouioe_json_write_string (out, problem->message, -1);
      ouioe_json_write_literal (out, ",\"type\":");
      ouioe_json_write_string (out, problem->type, -1);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
}
