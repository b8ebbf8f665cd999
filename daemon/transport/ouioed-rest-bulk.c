/* ouioed-rest-bulk.c - many steps and updates of many sessions in one body, a line each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-private.h"

#include <string.h>

#include "ouioed-bulk.h"

/* The next line that is not blank. */
static gboolean
next_line (const char **data, const char *end, guint *number, const char **line, gsize *len)
{
  while (*data < end)
    {
      const char *start = *data;
      const char *stop = memchr (start, '\n', (gsize) (end - start));

      if (stop == NULL)
        stop = end;
      *data = stop < end ? stop + 1 : end;
      (*number)++;
      *line = start;
      *len = (gsize) (stop - start);
      for (const char *p = start; p < stop; p++)
        if (!g_ascii_isspace (*p))
          return TRUE;
    }
  return FALSE;
}

static gboolean
check_key (OuioedExchange *exchange)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  OuioedKey key;

  return ouioed_rest_read_key (exchange, NULL, NULL, problems, &key);
}

static void
on_bulk_done (OuioedBulk *bulk, gpointer user_data)
{
  guint n = ouioed_bulk_get_n (bulk);
  GString *body = g_string_sized_new (n * 64);

  for (guint i = 0; i < n; i++)
    {
      ouioed_bulk_write_answer (bulk, i, body);
      g_string_append_c (body, '\n');
    }
  ouioed_bulk_free (bulk);
  ouioed_exchange_answer (user_data, SOUP_STATUS_OK, "application/x-ndjson", body);
}

void
ouioed_rest_post_events (OuioedExchange *exchange)
{
  const char *data, *end, *text;
  gsize len, text_len;
  guint number = 0;
  OuioedBulk *bulk;

  if (!ouioed_rest_check_type (exchange, TRUE) || !check_key (exchange))
    return;

  bulk = ouioed_bulk_new (exchange->parts->hub, exchange->parts->config.max_body_bytes);
  data = ouioed_exchange_get_body (exchange, &len);
  end = data + len;
  while (next_line (&data, end, &number, &text, &text_len) && ouioed_bulk_get_n (bulk) <= OUIOED_BULK_MAX_LINES)
    ouioed_bulk_add (bulk, number, text, text_len);
  if (ouioed_bulk_get_n (bulk) == 0 || ouioed_bulk_get_n (bulk) > OUIOED_BULK_MAX_LINES)
    {
      g_autoptr(OuioeProblems) problems = ouioe_problems_new ();

      ouioe_problems_add (problems, "body", NULL, -1, "lines", "The body must be 1 to %d lines, each a JSON object",
                          OUIOED_BULK_MAX_LINES);
      ouioed_bulk_free (bulk);
      ouioed_exchange_fail_problems (exchange, OUIOE_ERROR_INVALID_BODY, problems);
      return;
    }

  ouioed_bulk_set_grant (bulk, exchange->grant);
  ouioed_bulk_submit (bulk, exchange->head.idempotency_key, on_bulk_done, exchange);
}
