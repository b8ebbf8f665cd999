/* test-keys.c - idempotency keys are bounded in number and in age, and never forgotten while somebody waits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-hub-private.h"

static void
add (OuioedKeys *keys, const char *name, gint64 time_us, gboolean committed)
{
  g_autoptr(OuioedKeyRecord) record = ouioed_key_record_new ();

  record->key = g_strdup (name);
  record->session_id = g_strdup ("s");
  record->time_us = time_us;
  ouioed_keys_add (keys, record, committed);
}

static void
test_the_oldest_goes_first (void)
{
  OuioedKeys *keys = ouioed_keys_new (3);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("k%u", i);

      add (keys, name, i, TRUE);
    }
  g_assert_null (ouioed_keys_find (keys, "k0"));
  g_assert_null (ouioed_keys_find (keys, "k1"));
  g_assert_nonnull (ouioed_keys_find (keys, "k2"));
  g_assert_nonnull (ouioed_keys_find (keys, "k4"));
  ouioed_keys_free (keys);
}

static void
test_what_is_not_committed_stays (void)
{
  OuioedKeys *keys = ouioed_keys_new (2);

  add (keys, "waits", 1, FALSE);
  add (keys, "b", 2, TRUE);
  add (keys, "c", 3, TRUE);
  add (keys, "d", 4, TRUE);
  g_assert_nonnull (ouioed_keys_find (keys, "waits"));
  g_assert_cmpuint (ouioed_keys_forget_before (keys, 100), <=, 3);
  g_assert_nonnull (ouioed_keys_find (keys, "waits"));
  ouioed_keys_free (keys);
}

static void
test_old_ones_are_forgotten (void)
{
  OuioedKeys *keys = ouioed_keys_new (10);

  add (keys, "a", 1, TRUE);
  add (keys, "b", 5, TRUE);
  g_assert_cmpuint (ouioed_keys_forget_before (keys, 5), ==, 1);
  g_assert_null (ouioed_keys_find (keys, "a"));
  g_assert_nonnull (ouioed_keys_find (keys, "b"));
  g_assert_cmpuint (ouioed_keys_forget_before (keys, 5), ==, 0);
  ouioed_keys_free (keys);
}

static void
test_scope_and_request_tell_keys_apart (void)
{
  OuioedKey one = { "thinking", "k", "body", 4 };
  OuioedKey two = { "progress", "k", "bodies", 6 };
  g_autofree char *first = ouioed_keys_name (&one);
  g_autofree char *second = ouioed_keys_name (&two);
  guint8 a[16], b[16], c[16];

  g_assert_cmpstr (first, !=, second);
  ouioed_keys_fingerprint (&one, a);
  ouioed_keys_fingerprint (&two, b);
  ouioed_keys_fingerprint (&one, c);
  g_assert_cmpmem (a, 16, c, 16);
  g_assert_true (memcmp (a, b, 16) != 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hub/keys/the_oldest_goes_first", test_the_oldest_goes_first);
  g_test_add_func ("/hub/keys/what_is_not_committed_stays", test_what_is_not_committed_stays);
  g_test_add_func ("/hub/keys/old_ones_are_forgotten", test_old_ones_are_forgotten);
  g_test_add_func ("/hub/keys/scope_and_request_tell_keys_apart", test_scope_and_request_tell_keys_apart);

  return g_test_run ();
}
