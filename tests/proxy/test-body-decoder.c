/* test-body-decoder.c - whatever a server compresses with is read, or said not to be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-body-decoder.h"

#include <string.h>

static void
collect (const char *data, gsize len, gpointer user_data)
{
  g_assert_cmpuint (len, >, 0);
  g_string_append_len (user_data, data, (gssize) len);
}

static GBytes *
compress (const char *data, gsize len, GZlibCompressorFormat format)
{
  g_autoptr(GZlibCompressor) deflater = g_zlib_compressor_new (format, 6);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (deflater));
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (stream, data, len, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

/* Text that compresses as that of a model does: neither at once nor not at all. */
static char *
make_text (gsize n_words)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n_words; i++)
    g_string_append_printf (text, "data: {\"n\":%" G_GSIZE_FORMAT "}\n\n", i * 7919 % 104729);
  return g_string_free (text, FALSE);
}

static gboolean
decode (const char *coding, const char *data, gsize len, gsize chunk, GString *out, char **problem)
{
  g_autoptr(OuioedBodyDecoder) decoder = ouioed_body_decoder_new (coding, collect, out);
  gboolean ok = TRUE;

  for (gsize i = 0; i < len; i += chunk)
    ok = ouioed_body_decoder_feed (decoder, data + i, MIN (chunk, len - i));
  ok = ouioed_body_decoder_end (decoder) && ok;
  g_assert_cmpint (ok, ==, ouioed_body_decoder_get_problem (decoder) == NULL);
  if (problem != NULL)
    *problem = g_strdup (ouioed_body_decoder_get_problem (decoder));
  return ok;
}

static const gsize chunks[] = { 1, 7, 65536 };

static const struct { const char *coding; int format; } codings[] = {
  { "gzip", G_ZLIB_COMPRESSOR_FORMAT_GZIP }, { "x-gzip", G_ZLIB_COMPRESSOR_FORMAT_GZIP },
  { " GZip ", G_ZLIB_COMPRESSOR_FORMAT_GZIP }, { "deflate", G_ZLIB_COMPRESSOR_FORMAT_ZLIB },
  { "deflate", G_ZLIB_COMPRESSOR_FORMAT_RAW }, { NULL, -1 }, { "", -1 }, { "identity", -1 },
};

static void
test_each_coding_gives_the_text_in_chunks_of_any_size (void)
{
  g_autofree char *text = make_text (9000);

  for (guint i = 0; i < G_N_ELEMENTS (codings); i++)
    for (guint j = 0; j < G_N_ELEMENTS (chunks); j++)
      {
        g_autoptr(GBytes) body = codings[i].format == -1 ? g_bytes_new (text, strlen (text))
                                 : compress (text, strlen (text), (GZlibCompressorFormat) codings[i].format);
        g_autoptr(GString) out = g_string_new (NULL);

        g_assert_true (decode (codings[i].coding, g_bytes_get_data (body, NULL), g_bytes_get_size (body), chunks[j], out,
                               NULL));
        g_assert_cmpstr (out->str, ==, text);
      }
}

/* A server that flushes after each event must be read after each event. */
static void
test_text_comes_out_as_soon_as_it_was_flushed (void)
{
  g_autoptr(GZlibCompressor) deflater = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(OuioedBodyDecoder) decoder = ouioed_body_decoder_new ("gzip", collect, out);
  g_autoptr(GError) error = NULL;
  char buffer[256];

  for (guint i = 0; i < 3; i++)
    {
      gsize len = 6, n_read, n_written = 0, n = 0;

      while (g_converter_convert (G_CONVERTER (deflater), &"event\n"[6 - len], len, buffer + n, sizeof buffer - n,
                                  G_CONVERTER_FLUSH, &n_read, &n_written, &error) == G_CONVERTER_CONVERTED)
        {
          len -= n_read;
          n += n_written;
        }
      g_assert_no_error (error);
      g_assert_true (ouioed_body_decoder_feed (decoder, buffer, n + n_written));
      g_assert_cmpuint (out->len, ==, 6 * (i + 1));
    }
}

static void
test_several_compressed_bodies_behind_each_other_are_one (void)
{
  for (guint j = 0; j < G_N_ELEMENTS (chunks); j++)
    {
      g_autoptr(GBytes) one = compress ("one ", 4, G_ZLIB_COMPRESSOR_FORMAT_GZIP);
      g_autoptr(GBytes) two = compress ("two", 3, G_ZLIB_COMPRESSOR_FORMAT_GZIP);
      g_autoptr(GByteArray) body = g_byte_array_new ();
      g_autoptr(GString) out = g_string_new (NULL);

      g_byte_array_append (body, g_bytes_get_data (one, NULL), (guint) g_bytes_get_size (one));
      g_byte_array_append (body, g_bytes_get_data (two, NULL), (guint) g_bytes_get_size (two));
      g_byte_array_append (body, (const guint8 *) "\0\0\0", 3);    /* padding, as tapes have it */
      g_assert_true (decode ("gzip", (const char *) body->data, body->len, chunks[j], out, NULL));
      g_assert_cmpstr (out->str, ==, "one two");
    }
}

/* However it is cut, and also when it begins as another body would. */
static void
test_what_stands_behind_a_compressed_body_is_not_looked_at (void)
{
  static const char *const behind[] = { "\x1f", "\x1f.", "\x1f\x1f\x8b", "..\x1f\x8b", "{}" };

  for (guint i = 0; i < G_N_ELEMENTS (behind) * G_N_ELEMENTS (chunks); i++)
    {
      g_autoptr(GBytes) one = compress ("one", 3, G_ZLIB_COMPRESSOR_FORMAT_GZIP);
      g_autoptr(GString) body = g_string_new_len (g_bytes_get_data (one, NULL), (gssize) g_bytes_get_size (one));
      g_autoptr(GString) out = g_string_new (NULL);

      g_string_append (body, behind[i / G_N_ELEMENTS (chunks)]);
      g_assert_true (decode ("gzip", body->str, body->len, chunks[i % G_N_ELEMENTS (chunks)], out, NULL));
      g_assert_cmpstr (out->str, ==, "one");
    }
}

static void
test_codings_that_are_not_known_are_named (void)
{
  static const struct { const char *coding, *problem; } unknown[] = {
    { "br", "is compressed with br and cannot be read" },
    { "zstd", "is compressed with zstd and cannot be read" },
    { "gzip, br", "is compressed with gzip, br and cannot be read" },
    { "\x1b[31m\xc3\xa4", "is compressed with ??31m?? and cannot be read" },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "is compressed with aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa and cannot be read" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr(GString) out = g_string_new (NULL);
      g_autofree char *problem = NULL;

      g_assert_false (decode (unknown[i].coding, "abc", 3, 1, out, &problem));
      g_assert_cmpstr (problem, ==, unknown[i].problem);
      g_assert_cmpuint (out->len, ==, 0);
    }
}

/* What came before the place is read; nothing that was not sent comes out. */
static void
test_data_that_breaks_off_anywhere_is_read_up_to_there (void)
{
  g_autofree char *text = make_text (60);

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr(GBytes) body = compress (text, strlen (text), (GZlibCompressorFormat) codings[i].format);
      const char *data = g_bytes_get_data (body, NULL);

      for (gsize n = 1; n < g_bytes_get_size (body); n++)
        {
          g_autoptr(GString) out = g_string_new (NULL);
          g_autofree char *problem = NULL;

          g_assert_false (decode (codings[i].coding, data, n, 13, out, &problem));
          g_assert_cmpstr (problem, ==, "ends in the middle of its compression");
          g_assert_true (strncmp (out->str, text, out->len) == 0);
        }
    }
}

static void
test_damage_anywhere_is_survived_and_mostly_told (void)
{
  g_autofree char *text = make_text (60);
  g_autoptr(GBytes) body = compress (text, strlen (text), G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  gsize size = g_bytes_get_size (body);
  guint told = 0;

  for (gsize i = 0; i < size; i++)
    {
      g_autofree char *data = g_memdup2 (g_bytes_get_data (body, NULL), size);
      g_autoptr(GString) out = g_string_new (NULL);

      data[i] ^= 0x55;
      told += !decode ("gzip", data, size, 11, out, NULL);
    }
  g_assert_cmpuint (told, >, size * 9 / 10);    /* a time or a flag in the head may be anything */
}

static void
test_an_empty_body_is_no_problem (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (codings); i++)
    {
      g_autoptr(GString) out = g_string_new (NULL);

      g_assert_true (decode (codings[i].coding, "", 0, 1, out, NULL));
    }
}

static void
test_what_grows_out_of_proportion_is_given_up (void)
{
  gsize n = 64 * 1024 * 1024;
  g_autofree char *zeros = g_malloc0 (n);
  g_autoptr(GBytes) body = compress (zeros, n, G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr(GString) out = g_string_new (NULL);
  g_autofree char *problem = NULL;

  g_assert_false (decode ("gzip", g_bytes_get_data (body, NULL), g_bytes_get_size (body), 65536, out, &problem));
  g_assert_cmpstr (problem, ==, "is compressed out of all proportion and is not read");
  g_assert_cmpuint (out->len, <=, OUIOED_BODY_FREE_BYTES);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/body-decoder/each-coding-gives-the-text-in-chunks-of-any-size",
                   test_each_coding_gives_the_text_in_chunks_of_any_size);
  g_test_add_func ("/body-decoder/text-comes-out-as-soon-as-it-was-flushed", test_text_comes_out_as_soon_as_it_was_flushed);
  g_test_add_func ("/body-decoder/several-compressed-bodies-behind-each-other-are-one",
                   test_several_compressed_bodies_behind_each_other_are_one);
  g_test_add_func ("/body-decoder/what-stands-behind-a-compressed-body-is-not-looked-at",
                   test_what_stands_behind_a_compressed_body_is_not_looked_at);
  g_test_add_func ("/body-decoder/codings-that-are-not-known-are-named", test_codings_that_are_not_known_are_named);
  g_test_add_func ("/body-decoder/data-that-breaks-off-anywhere-is-read-up-to-there",
                   test_data_that_breaks_off_anywhere_is_read_up_to_there);
  g_test_add_func ("/body-decoder/damage-anywhere-is-survived-and-mostly-told",
                   test_damage_anywhere_is_survived_and_mostly_told);
  g_test_add_func ("/body-decoder/an-empty-body-is-no-problem", test_an_empty_body_is_no_problem);
  g_test_add_func ("/body-decoder/what-grows-out-of-proportion-is-given-up", test_what_grows_out_of_proportion_is_given_up);
  return g_test_run ();
}
