/* ouioed-http-problem.c - errors as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The body is a problem of RFC 9457 and an error of the old service at once: "detail" is what that one says, a
 * sentence, or for a body that cannot be used the list of what is wrong with it. The content type is application/json,
 * because existing clients look at it before they read "detail"; who sends "Accept: application/problem+json" gets
 * that.
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

OuioeError
ouioed_problem_get_code (const GError *error)
{
  return error->domain == OUIOE_ERROR ? (OuioeError) error->code : OUIOE_ERROR_INTERNAL;
}

void
ouioed_problem_write (GString *out, OuioeError code, const char *detail, OuioeProblems *problems, const char *members)
{
  const char *name = ouioe_error_to_string (code);

  g_string_append_printf (out, "{\"type\":\"urn:ouioe:problem:%s\",\"title\":", name);
  ouioe_json_write_string (out, ouioe_error_get_title (code), -1);
  g_string_append_printf (out, ",\"status\":%u,\"detail\":", ouioe_error_get_http_status (code));
  if (problems != NULL)
    {
      gsize start = out->len;
      gsize len;

      ouioe_problems_write (problems, out);
      len = out->len - start;
      g_string_append (out, ",\"errors\":");
      /* The copy must not be taken from a buffer that moves while it grows. */
      g_string_set_size (out, out->len + len);
      memcpy (out->str + out->len - len, out->str + start, len);
    }
  else
    ouioe_json_write_string (out, detail, -1);
  g_string_append_printf (out, ",\"code\":\"%s\"%s}", name, members != NULL ? members : "");
}
