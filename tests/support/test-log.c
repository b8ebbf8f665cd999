/* test-log.c - expected log messages, for structured logs (which g_test_expect_message() does not see)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "test-log.h"

static GMutex lock;
static GQueue expected = G_QUEUE_INIT;   /* of patterns, owned */

static gboolean
take_expected (const char *message)
{
  g_autofree char *pattern = NULL;

  g_mutex_lock (&lock);
  if (!g_queue_is_empty (&expected) && g_pattern_match_simple (g_queue_peek_head (&expected), message))
    pattern = g_queue_pop_head (&expected);
  g_mutex_unlock (&lock);

  return pattern != NULL;
}

static GLogWriterOutput
writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *message = "";

  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return G_LOG_WRITER_HANDLED;

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
  if (take_expected (message))
    return G_LOG_WRITER_HANDLED;

  g_printerr ("unexpected log message: %s\n", message);
  g_abort ();
}

void
test_log_install (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (writer, NULL, NULL);
}

void
test_log_expect (const char *pattern)
{
  g_mutex_lock (&lock);
  g_queue_push_tail (&expected, g_strdup (pattern));
  g_mutex_unlock (&lock);
}

void
test_log_assert (void)
{
  g_mutex_lock (&lock);
  if (!g_queue_is_empty (&expected))
    g_printerr ("expected log message did not come: %s\n", (char *) g_queue_peek_head (&expected));
  g_assert_true (g_queue_is_empty (&expected));
  g_mutex_unlock (&lock);
}
