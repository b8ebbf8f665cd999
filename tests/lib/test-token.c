/* test-token.c - tokens and the file that keeps them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-token.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ouioe-error.h"

typedef struct {
  char *dir;     /* temporary */
  char *path;    /* of the file of tokens */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  f->dir = g_dir_make_tmp ("ouioe-token-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = g_build_filename (f->dir, "state", "tokens", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *dir = g_path_get_dirname (f->path);
  g_autofree char *lock = g_strconcat (f->path, ".lock", NULL);

  g_unlink (f->path);
  g_unlink (lock);
  g_rmdir (dir);
  g_assert_cmpint (g_rmdir (f->dir), ==, 0);    /* nothing else was left behind */
  g_free (f->dir);
  g_free (f->path);
}

static char *
create (Fixture *f, OuioeScopes scopes, char **id)
{
  OuioeToken draft = { .scopes = scopes };
  g_autoptr(GError) error = NULL;
  char *text = ouioe_tokens_create (f->path, &draft, id, &error);

  g_assert_no_error (error);
  return text;
}

static GPtrArray *
read_tokens (Fixture *f)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *tokens = ouioe_tokens_read (f->path, &error);

  g_assert_no_error (error);
  return tokens;
}

static void
write_file (Fixture *f, const char *text, int mode)
{
  g_autofree char *dir = g_path_get_dirname (f->path);

  g_mkdir_with_parents (dir, 0700);
  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
  g_assert_cmpint (g_chmod (f->path, mode), ==, 0);
}

static void
assert_refused (Fixture *f, const char *told)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (ouioe_tokens_read (f->path, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  if (strstr (error->message, told) == NULL)
    g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, told));
}

/* ---- the text ---- */

static void
test_text_is_random_and_well_formed (void)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *secret = ouioe_token_dup_random (NULL);
      char *text = g_strconcat (OUIOE_TOKEN_PREFIX, secret, NULL);

      g_assert_cmpuint (strlen (secret), ==, 43);    /* 256 bits, six in a character */
      g_assert_true (ouioe_token_is_well_formed (text, strlen (text)));
      g_assert_true (g_hash_table_add (seen, text));
    }
}

static void
test_other_texts_are_no_tokens (void)
{
  g_autofree char *hex = g_strdup (OUIOE_TOKEN_PREFIX "0123456789abcdef0123456789abcdef"
                                   "0123456789abcdef0123456789abcdef");
  g_autofree char *longer = g_strconcat (hex, "0", NULL);
  g_autofree char *blank = g_strdup (hex);
  g_autofree char *prefix = g_strdup (hex);

  blank[20] = ' ';
  prefix[0] = 'O';
  g_assert_true (ouioe_token_is_well_formed (hex, strlen (hex)));
  g_assert_true (ouioe_token_is_well_formed (hex, strlen (OUIOE_TOKEN_PREFIX) + 43));
  g_assert_false (ouioe_token_is_well_formed (hex, strlen (OUIOE_TOKEN_PREFIX) + 42));
  g_assert_false (ouioe_token_is_well_formed (longer, strlen (longer)));
  g_assert_false (ouioe_token_is_well_formed (blank, strlen (blank)));
  g_assert_false (ouioe_token_is_well_formed (prefix, strlen (prefix)));
  g_assert_false (ouioe_token_is_well_formed ("", 0));
}

/* Where two secrets differ must not matter to the answer; that all bytes are looked at is how it is written. */
static void
test_one_bit_anywhere_is_a_difference (void)
{
  guint8 a[OUIOE_TOKEN_HASH_BYTES], b[OUIOE_TOKEN_HASH_BYTES];

  ouioe_token_hash ("x", 1, a);
  ouioe_token_hash ("x", 1, b);
  g_assert_true (ouioe_token_equal (a, b, sizeof a));
  for (guint bit = 0; bit < 8 * sizeof a; bit++)
    {
      b[bit / 8] ^= (guint8) (1u << bit % 8);
      g_assert_false (ouioe_token_equal (a, b, sizeof a));
      b[bit / 8] ^= (guint8) (1u << bit % 8);
    }
}

static void
test_hash_is_sha256 (void)
{
  static const guint8 want[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea };    /* of "abc", FIPS 180-4 */
  guint8 hash[OUIOE_TOKEN_HASH_BYTES];

  ouioe_token_hash ("abc", 3, hash);
  g_assert_cmpmem (hash, sizeof want, want, sizeof want);
}

static void
test_scopes_are_words (void)
{
  static const struct { const char *text; guint scopes; const char *back; } rows[] = {
    { "read", OUIOE_SCOPE_READ, "read" },
    { "write , read", OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE, "read,write" },
    { "admin", OUIOE_SCOPE_ADMIN, "admin" },
    { "read,write,admin", OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE | OUIOE_SCOPE_ADMIN, "read,write,admin" },
    { "", 0, NULL }, { "read,", 0, NULL }, { "Read", 0, NULL }, { "everything", 0, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OuioeScopes scopes = OUIOE_SCOPE_NONE;
      g_autofree char *back = NULL;

      g_assert_cmpint (ouioe_scopes_parse (rows[i].text, &scopes), ==, rows[i].back != NULL);
      if (rows[i].back == NULL)
        continue;
      back = ouioe_scopes_to_string (scopes);
      g_assert_cmpuint (scopes, ==, rows[i].scopes);
      g_assert_cmpstr (back, ==, rows[i].back);
    }
}

/* ---- the file ---- */

static void
test_no_file_is_no_token (Fixture *f, gconstpointer data)
{
  g_autoptr(GPtrArray) tokens = read_tokens (f);

  g_assert_cmpuint (tokens->len, ==, 0);
  g_assert_null (ouioe_tokens_find (tokens, "x", 1));
}

static void
test_created_token_is_found_again (Fixture *f, gconstpointer data)
{
  OuioeToken draft = { .scopes = OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE, .session_prefix = (char *) "ci \"1\"",
                       .expires_us = 4000000000 * G_USEC_PER_SEC, .note = (char *) "für den Bau\n" };
  g_autofree char *other = create (f, OUIOE_SCOPE_ADMIN, NULL);
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) tokens = NULL;
  const OuioeToken *token;

  text = ouioe_tokens_create (f->path, &draft, &id, &error);
  g_assert_no_error (error);
  tokens = read_tokens (f);
  g_assert_cmpuint (tokens->len, ==, 2);
  g_assert_true (ouioe_tokens_find (tokens, other, strlen (other)) == tokens->pdata[0]);

  token = ouioe_tokens_find (tokens, text, strlen (text));
  g_assert_true (token == tokens->pdata[1]);
  g_assert_cmpstr (token->id, ==, id);
  g_assert_cmpuint (token->scopes, ==, draft.scopes);
  g_assert_cmpstr (token->session_prefix, ==, draft.session_prefix);
  g_assert_cmpstr (token->note, ==, draft.note);
  g_assert_cmpint (token->expires_us, ==, draft.expires_us);
  g_assert_cmpint (ABS (g_get_real_time () - token->created_us), <, 60 * G_USEC_PER_SEC);
  g_assert_null (ouioe_tokens_find (tokens, text, strlen (text) - 1));
}

static void
test_file_is_private_and_holds_no_text (Fixture *f, gconstpointer data)
{
  g_autofree char *text = create (f, OUIOE_SCOPE_READ, NULL);
  g_autofree char *contents = NULL;
  struct stat info;

  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  g_assert_true (g_file_get_contents (f->path, &contents, NULL, NULL));
  g_assert_null (strstr (contents, text));
  g_assert_null (strstr (contents, text + strlen (OUIOE_TOKEN_PREFIX)));
  g_assert_nonnull (strstr (contents, "\"sha256\":\""));
}

static void
test_revoked_token_is_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *kept = create (f, OUIOE_SCOPE_READ, NULL);
  g_autofree char *gone = create (f, OUIOE_SCOPE_WRITE, &id);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) tokens = NULL;

  g_assert_true (ouioe_tokens_revoke (f->path, id, &error));
  g_assert_no_error (error);
  tokens = read_tokens (f);
  g_assert_cmpuint (tokens->len, ==, 1);
  g_assert_nonnull (ouioe_tokens_find (tokens, kept, strlen (kept)));
  g_assert_null (ouioe_tokens_find (tokens, gone, strlen (gone)));

  g_assert_false (ouioe_tokens_revoke (f->path, id, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_NOT_FOUND);
}

static void
test_file_of_others_is_refused (Fixture *f, gconstpointer data)
{
  static const int modes[] = { 0644, 0640, 0604, 0660, 0610 };
  OuioeToken draft = { .scopes = OUIOE_SCOPE_READ };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr(GError) error = NULL;

      write_file (f, "", modes[i]);
      assert_refused (f, "chmod 600");
      g_assert_null (ouioe_tokens_create (f->path, &draft, NULL, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
    }
  write_file (f, "", 0400);
  {
    g_autoptr(GPtrArray) tokens = read_tokens (f);

    g_assert_cmpuint (tokens->len, ==, 0);
  }
}

#define HASH "\"sha256\":\"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF\""

static void
test_lines_that_cannot_be_used_are_named (Fixture *f, gconstpointer data)
{
  static const struct { const char *text, *told; } rows[] = {
    { "nonsense\n", ":1: not a JSON object" },
    { "# fine\n\n[1]\n", ":3: not a JSON object" },
    { "{\"id\":\"a\"," HASH "}\n", ":1: id, sha256 and scopes" },
    { "{\"id\":\"a\",\"sha256\":\"00\",\"scopes\":[\"read\"]}\n", ":1: sha256 must be" },
    { "{\"id\":\"a\"," HASH ",\"scopes\":[]}\n", ":1: scopes must be" },
    { "{\"id\":\"a\"," HASH ",\"scopes\":[\"root\"]}\n", ":1: scopes must be" },
    { "{\"id\":\"a\"," HASH ",\"scopes\":[1]}\n", ":1: scopes must be" },
    { "{\"id\":\"a\"," HASH ",\"scopes\":[\"read\"],\"expires\":\"soon\"}\n", ":1: expires must be" },
    { "{\"id\":\"a\"," HASH ",\"scopes\":[\"read\"],\"expires\":null}\n", ":1: expires must be" },
    { "{\"id\":\"a\"," HASH ",\"scopes\":[\"read\"],\"only_from\":\"10.0.0.1\"}\n", ":1: only id" },
    { "{\"id\":7," HASH ",\"scopes\":[\"read\"]}\n", ":1: only id" },
    { "{\"id\":\"a\",\"id\":\"b\"," HASH ",\"scopes\":[\"read\"]}\n", ":1: not a JSON object" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      write_file (f, rows[i].text, 0600);
      assert_refused (f, rows[i].told);
    }

  write_file (f, "{\"id\":\"a\"," HASH ",\"scopes\":[\"read\"]}", 0600);
  {
    g_autoptr(GPtrArray) tokens = read_tokens (f);
    const OuioeToken *token = tokens->pdata[0];

    g_assert_cmpuint (token->hash[1], ==, 0x11);
    g_assert_cmpuint (token->hash[31], ==, 0xff);
    g_assert_cmpint (token->expires_us, ==, 0);
    g_assert_null (token->session_prefix);
  }
}

static void
test_drafts_that_cannot_be_kept_are_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *note = g_strnfill (OUIOE_MAX_TOKEN_NOTE + 1, 'n');
  const OuioeToken drafts[] = {
    { .scopes = OUIOE_SCOPE_NONE },
    { .scopes = OUIOE_SCOPE_READ, .note = note },
    { .scopes = OUIOE_SCOPE_READ, .note = (char *) "\xff" },
    { .scopes = OUIOE_SCOPE_READ, .session_prefix = (char *) "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioe_tokens_create (f->path, &drafts[i], NULL, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
    }
}

static gpointer
create_thread (gpointer data)
{
  for (guint i = 0; i < 25; i++)
    g_free (create (data, OUIOE_SCOPE_READ, NULL));
  return NULL;
}

static void
test_writers_do_not_lose_each_others_tokens (Fixture *f, gconstpointer data)
{
  GThread *threads[4];
  g_autoptr(GPtrArray) tokens = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("writer", create_thread, f);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  tokens = read_tokens (f);
  g_assert_cmpuint (tokens->len, ==, 100);
}

static void
test_path_follows_the_state_directory (void)
{
  g_autofree char *own = NULL;
  g_autofree char *given = NULL;
  g_autofree char *home = NULL;

  g_unsetenv ("STATE_DIRECTORY");
  own = ouioe_tokens_dup_path ("/var/x");
  home = ouioe_tokens_dup_path (NULL);
  g_setenv ("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", TRUE);
  given = ouioe_tokens_dup_path (NULL);
  g_unsetenv ("STATE_DIRECTORY");
  g_assert_cmpstr (own, ==, "/var/x/tokens");
  g_assert_cmpstr (given, ==, "/var/lib/a/tokens");
  g_assert_true (g_str_has_suffix (home, "/ouioe/tokens"));
}

#define ADD(name, function) g_test_add ("/token/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/token/text-is-random-and-well-formed", test_text_is_random_and_well_formed);
  g_test_add_func ("/token/other-texts-are-no-tokens", test_other_texts_are_no_tokens);
  g_test_add_func ("/token/one-bit-anywhere-is-a-difference", test_one_bit_anywhere_is_a_difference);
  g_test_add_func ("/token/hash-is-sha256", test_hash_is_sha256);
  g_test_add_func ("/token/scopes-are-words", test_scopes_are_words);
  g_test_add_func ("/token/path-follows-the-state-directory", test_path_follows_the_state_directory);
  ADD ("no-file-is-no-token", test_no_file_is_no_token);
  ADD ("created-token-is-found-again", test_created_token_is_found_again);
  ADD ("file-is-private-and-holds-no-text", test_file_is_private_and_holds_no_text);
  ADD ("revoked-token-is-gone", test_revoked_token_is_gone);
  ADD ("file-of-others-is-refused", test_file_of_others_is_refused);
  ADD ("lines-that-cannot-be-used-are-named", test_lines_that_cannot_be_used_are_named);
  ADD ("drafts-that-cannot-be-kept-are-refused", test_drafts_that_cannot_be_kept_are_refused);
  ADD ("writers-do-not-lose-each-others-tokens", test_writers_do_not_lose_each_others_tokens);
  return g_test_run ();
}
