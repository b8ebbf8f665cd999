/* ouioed-tee-answer.c - answers of the proxy itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Problems of RFC 9457. Clients of model servers show what stands in "error", so the detail stands there too.
 */
#include "config.h"

#include <string.h>

#include "ouioe-codec.h"
#include "ouioed-tee-private.h"

typedef struct {
  guint       status;
  const char *code;
  const char *title;
  const char *sentence;      /* with the name and the URL of the upstream */
} Row;

static const Row rows[] = {
  [TEE_PROBLEM_UNKNOWN] = { 404, "upstream-not-found", "No such upstream", "No upstream of this name is configured" },
  [TEE_PROBLEM_UNREACHABLE] = { 502, "upstream-unreachable", "Upstream not reachable",
                                "The upstream %s (%s) cannot be reached" },
  [TEE_PROBLEM_NO_ANSWER] = { 502, "upstream-no-answer", "Upstream did not answer",
                              "The upstream %s (%s) hung up without an answer" },
  [TEE_PROBLEM_CONNECT_TIMEOUT] = { 504, "upstream-timeout", "Upstream timed out",
                                    "The upstream %s (%s) was not reached in time" },
  [TEE_PROBLEM_ANSWER_TIMEOUT] = { 504, "upstream-timeout", "Upstream timed out",
                                   "The upstream %s (%s) did not answer in time" },
  [TEE_PROBLEM_TOO_MANY_CALLS] = { 503, "too-many-calls", "Too many calls",
                                   "The proxy has as many calls under way as it may have; try again later" },
};

static const char *
get_reason (guint status)
{
  switch (status)
    {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Error";
    }
}

static gboolean
answer (TeeClient *self, guint status, const char *code, const char *title, const char *detail)
{
  g_autoptr(GString) body = NULL;
  g_autoptr(GString) out = NULL;

  self->keeps_client = FALSE;
  tee_client_close_server (self);
  if (!ouioed_http_framer_is_untouched (&self->answer) || self->down != NULL)
    return tee_client_finish (self);    /* an answer has begun: it ends here */

  body = g_string_new ("{\"type\":\"urn:ouioe:problem:");
  g_string_append (body, code);
  g_string_append (body, "\",\"title\":");
  ouioe_json_write_string (body, title, -1);
  g_string_append_printf (body, ",\"status\":%u,\"detail\":", status);
  ouioe_json_write_string (body, detail, -1);
  g_string_append_printf (body, ",\"code\":\"%s\",\"error\":", code);
  ouioe_json_write_string (body, detail, -1);
  if (self->wanted != NULL)
    {
      g_string_append (body, ",\"upstream\":");
      ouioe_json_write_string (body, self->wanted->name, -1);
    }
  g_string_append_c (body, '}');

  out = g_string_new (NULL);
  g_string_printf (out, "HTTP/1.1 %u %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n%s%s"
                   "Connection: close\r\n\r\n", status, get_reason (status), body->len,
                   status == 401 ? "WWW-Authenticate: X-Ouioe-Token realm=\"ouioe\"\r\n" : "",
                   status == 503 || status == 429 ? "Retry-After: 5\r\n" : "");
  if (self->request.parsed.method_len != 4 || memcmp (self->request.parsed.method, "HEAD", 4) != 0)
    g_string_append_len (out, body->str, body->len);
  tee_bytes_append (&self->down, out->str, out->len);
  return tee_client_finish (self);
}

gboolean
tee_refuse (TeeClient *self, OuioeError code, const char *detail)
{
  if (self->stats != NULL)
    self->stats->refused++;
  return answer (self, ouioe_error_get_http_status (code), ouioe_error_to_string (code), ouioe_error_get_title (code), detail);
}

gboolean
tee_refuse_upstream (TeeClient *self, TeeProblem problem, const char *detail)
{
  const Row *row = &rows[problem];
  g_autoptr(GString) text = g_string_new (NULL);

  if (self->stats != NULL && problem == TEE_PROBLEM_TOO_MANY_CALLS)
    self->stats->refused++;
  if (self->wanted != NULL && strstr (row->sentence, "%s") != NULL)
    {
      g_auto(GStrv) parts = g_strsplit (row->sentence, "%s", 3);

      g_string_append_printf (text, "%s%s%s%s%s", parts[0], self->wanted->name, parts[1], self->wanted->url, parts[2]);
    }
  else
    g_string_append (text, row->sentence);
  if (detail != NULL)
    g_string_append_printf (text, ": %s", detail);
  return answer (self, row->status, row->code, row->title, text->str);
}
