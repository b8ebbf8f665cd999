/* test-bookmarks.c - what is marked is kept, shared by all that show a session, in bounded space
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "fake-server.h"
#include "inspector-bookmarks.h"

static void
save_and_drop (InspectorBookmarks *bookmarks)
{
  fake_wait_for (inspector_bookmarks_is_saved (bookmarks));
  g_object_unref (bookmarks);
}

/* Where the bookmarks of a session are. */
static char *
path_of (const char *session_id, const char *end)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, session_id, -1);

  return g_strdup_printf ("%s/ouioe-inspector/bookmarks/%s.json%s", g_get_user_data_dir (), hash, end);
}

static void
count_signal (guint *n)
{
  (*n)++;
}

static void
test_they_are_kept_in_the_order_of_events (void)
{
  static const OuioeEventId ids[] = { { 9, 0 }, { 3, 1 }, { 3, 0 } };
  InspectorBookmarks *bookmarks = inspector_bookmarks_get ("a/session ✓");
  g_autofree char *path = path_of ("a/session ✓", "");
  GStatBuf info;

  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (inspector_bookmarks_set (bookmarks, &ids[0], "  where it went wrong \n"));
  g_assert_true (inspector_bookmarks_set (bookmarks, &ids[1], NULL));
  g_assert_true (inspector_bookmarks_set (bookmarks, &ids[2], "  "));
  save_and_drop (bookmarks);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  bookmarks = inspector_bookmarks_get ("a/session ✓");
  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 3);
  g_assert_cmpuint (inspector_bookmarks_get_id (bookmarks, 0)->seq, ==, 0);
  g_assert_cmpuint (inspector_bookmarks_get_id (bookmarks, 1)->seq, ==, 1);
  g_assert_cmpuint (inspector_bookmarks_get_id (bookmarks, 2)->ms, ==, 9);
  g_assert_cmpstr (inspector_bookmarks_get_note (bookmarks, &ids[0]), ==, "where it went wrong");
  g_assert_null (inspector_bookmarks_get_note (bookmarks, &ids[2]));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    inspector_bookmarks_remove (bookmarks, &ids[i]);
  save_and_drop (bookmarks);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));   /* no file for nothing */
}

static void
test_all_that_show_a_session_share_them (void)
{
  OuioeEventId id = { 1, 0 };
  InspectorBookmarks *one = inspector_bookmarks_get ("shared");
  g_autoptr(InspectorBookmarks) two = inspector_bookmarks_get ("shared");
  g_autoptr(InspectorBookmarks) other = inspector_bookmarks_get ("other");
  guint n = 0;

  g_assert_true (one == two);
  g_assert_true (one != other);
  g_signal_connect_swapped (two, "changed", G_CALLBACK (count_signal), &n);
  inspector_bookmarks_set (one, &id, NULL);
  inspector_bookmarks_set (one, &id, "a note");
  inspector_bookmarks_set (one, &id, "a note");   /* nothing new */
  inspector_bookmarks_remove (one, &id);
  inspector_bookmarks_remove (one, &id);
  g_assert_cmpuint (n, ==, 3);
  save_and_drop (one);
}

/* The newest state is what stays, however fast they follow each other. */
static void
test_the_last_word_counts (void)
{
  InspectorBookmarks *bookmarks = inspector_bookmarks_get ("fast");

  for (guint i = 0; i < 50; i++)
    {
      OuioeEventId id = { i, 0 };

      inspector_bookmarks_set (bookmarks, &id, NULL);
      if (i % 2 == 0)
        inspector_bookmarks_remove (bookmarks, &id);
    }
  save_and_drop (bookmarks);
  bookmarks = inspector_bookmarks_get ("fast");
  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 25);
  g_object_unref (bookmarks);
}

static void
test_there_is_an_end_to_it (void)
{
  InspectorBookmarks *bookmarks = inspector_bookmarks_get ("many");
  g_autofree char *long_note = g_strnfill (5000, 'x');
  OuioeEventId first = { 0, 1 };
  OuioeEventId over = { 5000, 1 };

  for (guint i = 0; i < INSPECTOR_BOOKMARKS_MAX; i++)
    {
      OuioeEventId id = { i, 1 };

      g_assert_true (inspector_bookmarks_set (bookmarks, &id, NULL));
    }
  g_assert_false (inspector_bookmarks_set (bookmarks, &over, "no"));
  g_assert_false (inspector_bookmarks_has (bookmarks, &over));
  g_assert_true (inspector_bookmarks_set (bookmarks, &first, long_note));   /* those that are there can change */
  g_assert_cmpuint (strlen (inspector_bookmarks_get_note (bookmarks, &first)), ==, INSPECTOR_BOOKMARKS_MAX_NOTE);
  save_and_drop (bookmarks);
}

static void
test_the_oldest_file_makes_room (void)
{
  g_autofree char *oldest = path_of ("oldest", "");
  g_autofree char *newest = path_of ("newest", "");
  g_autofree char *folder = g_path_get_dirname (oldest);
  InspectorBookmarks *bookmarks = inspector_bookmarks_get ("newest");
  OuioeEventId id = { 1, 1 };
  struct utimbuf times = { 1000, 1000 };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; i < INSPECTOR_BOOKMARKS_MAX_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.json", folder, i);

      g_assert_true (g_file_set_contents (path, "{}", 2, NULL));
    }
  g_assert_true (g_file_set_contents (oldest, "{}", 2, NULL));
  g_assert_cmpint (g_utime (oldest, &times), ==, 0);
  inspector_bookmarks_set (bookmarks, &id, NULL);
  save_and_drop (bookmarks);
  g_assert_false (g_file_test (oldest, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (newest, G_FILE_TEST_EXISTS));
  for (guint i = 0; i < INSPECTOR_BOOKMARKS_MAX_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.json", folder, i);

      g_unlink (path);
    }
}

static void
test_what_is_damaged_is_put_aside (void)
{
  static const char *const texts[] = { "", "[", "[]", "{\"bookmarks\":7}" };
  g_autofree char *path = path_of ("damaged", "");
  g_autofree char *aside = path_of ("damaged", ".damaged");
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(InspectorBookmarks) bookmarks = NULL;
      g_autofree char *kept = NULL;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      bookmarks = inspector_bookmarks_get ("damaged");
      g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 0);
      g_assert_true (g_file_get_contents (aside, &kept, NULL, NULL));
      g_assert_cmpstr (kept, ==, texts[i]);
    }
}

static void
test_entries_that_make_no_sense_are_passed_over (void)
{
  g_autofree char *path = path_of ("odd", "");
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr(InspectorBookmarks) bookmarks = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "{\"bookmarks\":[7,{},{\"id\":7},{\"id\":\"x\"},{\"id\":\"5-0\",\"note\":7},"
                                      "{\"id\":\"5-0\",\"note\":\"twice\"},{\"id\":\"4-0\",\"note\":\"good\"}]}", -1, NULL));
  bookmarks = inspector_bookmarks_get ("odd");
  g_assert_cmpuint (inspector_bookmarks_get_n (bookmarks), ==, 2);
  g_assert_cmpstr (inspector_bookmarks_get_note (bookmarks, inspector_bookmarks_get_id (bookmarks, 0)), ==, "good");
  g_assert_null (inspector_bookmarks_get_note (bookmarks, inspector_bookmarks_get_id (bookmarks, 1)));
}

static void
remove_all (const char *folder)
{
  g_autofree char *own = g_build_filename (folder, "ouioe-inspector", NULL);
  g_autofree char *marks = g_build_filename (own, "bookmarks", NULL);
  g_autoptr(GDir) dir = g_dir_open (marks, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (marks, name, NULL);

      g_unlink (path);
    }
  g_rmdir (marks);
  g_rmdir (own);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("bookmarks-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", folder, TRUE);   /* nothing of whoever runs the tests */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bookmarks/they-are-kept-in-the-order-of-events", test_they_are_kept_in_the_order_of_events);
  g_test_add_func ("/bookmarks/all-that-show-a-session-share-them", test_all_that_show_a_session_share_them);
  g_test_add_func ("/bookmarks/the-last-word-counts", test_the_last_word_counts);
  g_test_add_func ("/bookmarks/there-is-an-end-to-it", test_there_is_an_end_to_it);
  g_test_add_func ("/bookmarks/the-oldest-file-makes-room", test_the_oldest_file_makes_room);
  g_test_add_func ("/bookmarks/what-is-damaged-is-put-aside", test_what_is_damaged_is_put_aside);
  g_test_add_func ("/bookmarks/entries-that-make-no-sense-are-passed-over", test_entries_that_make_no_sense_are_passed_over);
  status = g_test_run ();
  remove_all (folder);
  return status;
}
