/* inspector-words.c - what differs between two texts, word by word
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-words.h"

#include <string.h>

#include "inspector-diff.h"

guint64
inspector_words_hash (const char *text, gssize len)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);   /* FNV-1a */
  gsize n = len < 0 ? strlen (text) : (gsize) len;

  for (gsize i = 0; i < n; i++)
    hash = (hash ^ (guchar) text[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static const char *
find_end (const char *word)
{
  const char *end = g_utf8_next_char (word);

  if (!g_unichar_isalnum (g_utf8_get_char (word)))
    return end;
  while (*end != '\0' && (g_unichar_isalnum (g_utf8_get_char (end)) || g_unichar_ismark (g_utf8_get_char (end))))
    end = g_utf8_next_char (end);
  return end;
}

GArray *
inspector_words_split (const char *text)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (InspectorSpan));

  for (const char *c = text; *c != '\0';)
    {
      InspectorSpan span;

      if (g_unichar_isspace (g_utf8_get_char (c)))
        {
          c = g_utf8_next_char (c);
          continue;
        }
      span.begin = (guint) (c - text);
      c = words->len + 1 < INSPECTOR_WORDS_MAX ? find_end (c) : c + strlen (c);
      span.end = (guint) (c - text);
      g_array_append_val (words, span);
    }
  return words;
}

static GArray *
hash_words (const char *text, GArray *words)
{
  GArray *hashes = g_array_sized_new (FALSE, FALSE, sizeof (guint64), words->len);

  for (guint i = 0; i < words->len; i++)
    {
      InspectorSpan *span = &g_array_index (words, InspectorSpan, i);
      guint64 hash = inspector_words_hash (text + span->begin, span->end - span->begin);

      g_array_append_val (hashes, hash);
    }
  return hashes;
}

/* The words from @from up to @to, of which none is common, as one span. */
static void
add_span (GArray *spans, GArray *words, guint from, guint to)
{
  if (from < to)
    g_array_append_val (spans, ((InspectorSpan) { g_array_index (words, InspectorSpan, from).begin,
                                                  g_array_index (words, InspectorSpan, to - 1).end }));
}

void
inspector_words_diff (const char *a, const char *b, GArray **only_a, GArray **only_b)
{
  g_autoptr(GArray) words_a = inspector_words_split (a);
  g_autoptr(GArray) words_b = inspector_words_split (b);
  g_autoptr(GArray) hashes_a = hash_words (a, words_a);
  g_autoptr(GArray) hashes_b = hash_words (b, words_b);
  g_autoptr(GArray) matches = inspector_diff_run ((const guint64 *) (gpointer) hashes_a->data, hashes_a->len,
                                                  (const guint64 *) (gpointer) hashes_b->data, hashes_b->len, NULL);
  guint at_a = 0;
  guint at_b = 0;

  *only_a = g_array_new (FALSE, FALSE, sizeof (InspectorSpan));
  *only_b = g_array_new (FALSE, FALSE, sizeof (InspectorSpan));
  for (guint i = 0; i < matches->len; i++)
    {
      InspectorMatch *match = &g_array_index (matches, InspectorMatch, i);

      add_span (*only_a, words_a, at_a, match->a);
      add_span (*only_b, words_b, at_b, match->b);
      at_a = match->a + 1;
      at_b = match->b + 1;
    }
  add_span (*only_a, words_a, at_a, words_a->len);
  add_span (*only_b, words_b, at_b, words_b->len);
}

static int
compare_hashes (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *) a;
  guint64 y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

double
inspector_words_compare (const char *a, const char *b)
{
  g_autoptr(GArray) words_a = inspector_words_split (a);
  g_autoptr(GArray) words_b = inspector_words_split (b);
  g_autoptr(GArray) hashes_a = hash_words (a, words_a);
  g_autoptr(GArray) hashes_b = hash_words (b, words_b);
  guint n_common = 0;

  if (words_a->len + words_b->len == 0)
    return 1;
  g_array_sort (hashes_a, compare_hashes);
  g_array_sort (hashes_b, compare_hashes);
  for (guint i = 0, j = 0; i < hashes_a->len && j < hashes_b->len;)
    {
      guint64 x = g_array_index (hashes_a, guint64, i);
      guint64 y = g_array_index (hashes_b, guint64, j);

      n_common += x == y;
      i += x <= y;
      j += y <= x;
    }
  return 2.0 * n_common / (words_a->len + words_b->len);
}

char *
inspector_words_normalise (const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  GString *out = g_string_sized_new (strlen (folded));
  gboolean in_number = FALSE;
  gboolean is_behind_space = TRUE;

  for (const char *c = folded; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);
      gboolean is_space = g_unichar_isspace (letter);
      gboolean is_digit = g_unichar_isdigit (letter);

      if (is_digit && !in_number)
        g_string_append_c (out, '0');
      else if (is_space && !is_behind_space)
        g_string_append_c (out, ' ');
      else if (!is_digit && !is_space)
        g_string_append_unichar (out, letter);
      in_number = is_digit;
      is_behind_space = is_space;
    }
  if (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}
