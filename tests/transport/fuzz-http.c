/* fuzz-http.c - everything of a request that is read by hand, fed with anything
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-head-check.h"
#include "ouioed-http-access.h"
#include "ouioed-http-private.h"
#include "ouioed-http-query.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The same bytes in two pieces must be judged as they are in one. */
static void
check_head (const guint8 *data, gsize size)
{
  OuioedHeadCheck whole = { 0 };
  OuioedHeadCheck pieces = { 0 };
  gsize half = size / 2;
  gboolean ok = ouioed_head_check_feed (&whole, data, size);

  if (ouioed_head_check_feed (&pieces, data, half))
    ouioed_head_check_feed (&pieces, data + half, size - half);
  g_assert_true ((pieces.error == NULL) == ok);
}

static void
check_query (const char *text)
{
  static const char *const words[] = { "asc", "desc", NULL };
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_auto(GStrv) all = ouioed_query_dup_all (text, "session", problems);
  g_autofree char *value = ouioed_query_dup_text (text, "a", problems);
  OuioeEventId id = OUIOE_EVENT_ID_ZERO;
  gint64 time_us = 0;
  guint n = 1;

  ouioed_query_get_id (text, "after", problems, &id);
  ouioed_query_get_time (text, "since", problems, &time_us);
  ouioed_query_get_word (text, "order", problems, words, &n);
  g_assert_cmpuint (n, <, 2);
  if (ouioed_query_get_uint (text, "limit", problems, 1, 1000, &n))
    g_assert_true (n >= 1 && n <= 1000);
  g_assert_true (value == NULL || g_utf8_validate (value, -1, NULL));
}

static void
check_path (const char *text)
{
  g_autofree char *id = NULL;
  int route = ouioed_routes_find (text, &id);

  /* An id that comes through is one that a session may have. */
  if (id != NULL)
    g_assert_true (ouioe_session_id_is_valid (id, strlen (id), NULL));
  g_assert_true (id == NULL || route >= 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);

  check_head (data, size);
  check_query (text);
  check_path (text);
  ouioed_host_is_allowed (text, NULL);
  ouioed_origin_is_allowed (text, NULL);
  ouioed_http_type_is_json (text, TRUE);
  ouioed_http_list_has (text, "close");
  ouioed_http_is_token (text, TRUE);
  return 0;
}
