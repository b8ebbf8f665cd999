/* ouioe-problem.c - the error behind an answer that is not a success
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <jansson.h>

#include "ouioe-request.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (json_t, json_decref)

/* For answers of a proxy, or of a daemon with errors that this library does not know yet. */
static const struct {
  guint      status;
  OuioeError code;
} by_status[] = {
  { 400, OUIOE_ERROR_BAD_REQUEST },
  { 401, OUIOE_ERROR_UNAUTHORIZED },
  { 403, OUIOE_ERROR_FORBIDDEN },
  { 404, OUIOE_ERROR_NOT_FOUND },
  { 405, OUIOE_ERROR_METHOD_NOT_ALLOWED },
  { 408, OUIOE_ERROR_REQUEST_TIMEOUT },
  { 409, OUIOE_ERROR_WRONG_STATE },
  { 413, OUIOE_ERROR_BODY_TOO_LARGE },
  { 415, OUIOE_ERROR_UNSUPPORTED_MEDIA_TYPE },
  { 422, OUIOE_ERROR_INVALID_BODY },
  { 429, OUIOE_ERROR_BUSY },
  { 431, OUIOE_ERROR_HEADER_TOO_LARGE },
  { 500, OUIOE_ERROR_INTERNAL },
  { 502, OUIOE_ERROR_UNREACHABLE },
  { 503, OUIOE_ERROR_STORE_UNAVAILABLE },
  { 504, OUIOE_ERROR_UNREACHABLE },
};

static OuioeError
code_of_status (guint status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (by_status); i++)
    {
      if (by_status[i].status == status)
        return by_status[i].code;
    }
  return status >= 400 && status < 500 ? OUIOE_ERROR_BAD_REQUEST : OUIOE_ERROR_PROTOCOL;
}

/* "reasoning_chain[0]: Input should be a string (and 2 more)" of a list of field errors. */
static char *
describe_list (json_t *list)
{
  json_t *first = json_array_get (list, 0);
  json_t *location = json_object_get (first, "loc");
  const char *message = json_string_value (json_object_get (first, "msg"));
  g_autoptr(GString) text = g_string_new (NULL);
  size_t i;
  json_t *part;

  if (message == NULL)
    return NULL;
  json_array_foreach (location, i, part)
    {
      if (i > 0 && json_is_string (part))
        g_string_append_printf (text, "%s%s", text->len > 0 ? "." : "", json_string_value (part));
      else if (i > 0 && json_is_integer (part))
        g_string_append_printf (text, "[%" JSON_INTEGER_FORMAT "]", json_integer_value (part));
    }
  if (text->len > 0)
    g_string_append (text, ": ");
  g_string_append (text, message);
  if (json_array_size (list) > 1)
    g_string_append_printf (text, " (and %zu more)", json_array_size (list) - 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe (json_t *problem)
{
  json_t *detail = json_object_get (problem, "detail");

  if (json_is_string (detail))
    return g_strdup (json_string_value (detail));
  if (json_is_array (detail))
    return describe_list (detail);
  return g_strdup (json_string_value (json_object_get (problem, "title")));
}

static GError *
make_error (guint status, const char *reason, json_t *problem)
{
  const char *name = json_string_value (json_object_get (problem, "code"));
  g_autofree char *sentence = describe (problem);
  OuioeError code = code_of_status (status);

  if (name != NULL)
    ouioe_error_from_string (name, &code);
  if (sentence != NULL && *sentence != '\0')
    return g_error_new_literal (OUIOE_ERROR, (int) code, sentence);
  return g_error_new (OUIOE_ERROR, (int) code, _("The service answered %u %s"), status, reason != NULL ? reason : "");
}

GError *
ouioe_problem_to_error (guint status, const char *reason, const char *body, gsize len)
{
  g_autoptr(json_t) problem = json_loadb (body, len, 0, NULL);

  return make_error (status, reason, problem);
}

GError *
ouioe_problem_from_json (guint status, json_t *problem)
{
  return make_error (status, NULL, problem);
}
