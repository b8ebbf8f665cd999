/* corpus-runner.c - runs a fuzz target over the files of its corpus, as an ordinary test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Every file whole, and cut short in a few places: a parser must survive an input that ends anywhere. */
static void
test_file (gconstpointer user_data)
{
  const char *path = user_data;
  g_autofree char *contents = NULL;
  g_autoptr(GError) error = NULL;
  gsize len;

  g_file_get_contents (path, &contents, &len, &error);
  g_assert_no_error (error);

  for (gsize part = 0; part <= 16; part++)
    {
      gsize n = len * part / 16;
      g_autofree guint8 *copy = g_memdup2 (contents, n);   /* its own block, so that a sanitizer sees its end */

      g_assert_cmpint (LLVMFuzzerTestOneInput (copy, n), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr(GDir) dir = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: %s CORPUS-DIRECTORY", argv[0]);

  dir = g_dir_open (argv[1], 0, &error);
  if (dir == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (argv[1], name, NULL));
  if (names->len == 0)
    g_error ("%s: no corpus", argv[1]);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *base = g_path_get_basename (names->pdata[i]);
      g_autofree char *path = g_strconcat ("/corpus/", base, NULL);

      g_test_add_data_func (path, names->pdata[i], test_file);
    }

  return g_test_run ();
}
