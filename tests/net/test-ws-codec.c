/* test-ws-codec.c - RFC 6455 frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-ws-codec.h"

#define MAX_MESSAGE 1000

typedef struct {
  GString *log;                      /* what the handler was told, one line each */
  guint    stop_after;               /* messages; 0: never */
  guint    n_messages;
} Told;

static gboolean
on_message (OuioedWsOpcode opcode, const char *data, gsize len, gpointer user_data)
{
  Told *told = user_data;

  g_string_append_printf (told->log, "%s %zu ", opcode == OUIOED_WS_TEXT ? "text" : "binary", len);
  g_string_append_len (told->log, data, len);
  g_string_append_c (told->log, '\n');

  return ++told->n_messages != told->stop_after;
}

static void
on_control (OuioedWsOpcode opcode, const char *data, gsize len, guint16 close_code, gpointer user_data)
{
  Told *told = user_data;
  const char *name = opcode == OUIOED_WS_PING ? "ping" : opcode == OUIOED_WS_PONG ? "pong" : "close";

  g_assert_cmpuint (len, <=, 125);
  g_string_append_printf (told->log, "%s %u %.*s\n", name, close_code, (int) len, data);
}

static const OuioedWsHandler handler = { on_message, on_control };

/* A client's frame. */
static void
frame (GByteArray *out, guint8 first, const char *payload, gsize len)
{
  static const guint8 mask[4] = { 0x12, 0x00, 0xfe, 0x7f };
  guint8 header[OUIOED_WS_HEADER_MAX];
  gsize n = ouioed_ws_header (header, OUIOED_WS_TEXT, len);

  header[0] = first;
  header[1] |= 0x80;
  g_byte_array_append (out, header, n);
  g_byte_array_append (out, mask, 4);
  for (gsize i = 0; i < len; i++)
    {
      guint8 c = (guint8) payload[i] ^ mask[i & 3];

      g_byte_array_append (out, &c, 1);
    }
}

static void
frame_text (GByteArray *out, guint8 first, const char *payload)
{
  frame (out, first, payload, strlen (payload));
}

/* Feeds @in in pieces of @piece bytes; returns the first code and what was told. */
static guint16
parse (GByteArray *in, gsize piece, char **log)
{
  Told told = { g_string_new (NULL), 0, 0 };
  g_autoptr(OuioedWsParser) parser = ouioed_ws_parser_new (MAX_MESSAGE, &handler, &told);
  guint16 code = 0;

  for (gsize at = 0; at < in->len && code == 0; at += piece)
    {
      gsize n = MIN (piece, in->len - at);
      g_autofree guint8 *copy = g_memdup2 (in->data + at, n);

      code = ouioed_ws_parser_feed (parser, copy, n);
    }
  *log = g_string_free (told.log, FALSE);

  return code;
}

/* The same however it is cut. */
static void
assert_parses (GByteArray *in, guint16 expected_code, const char *expected)
{
  static const gsize pieces[] = { 1, 2, 3, 5, 7, 13, 64, 1 << 20 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *log = NULL;

      g_assert_cmpuint (parse (in, pieces[i], &log), ==, expected_code);
      g_assert_cmpstr (log, ==, expected);
    }
}

static void
test_headers_are_the_shortest (void)
{
  static const struct { guint64 len; gsize n; guint8 bytes[10]; } rows[] = {
    { 0, 2, { 0x81, 0 } },
    { 125, 2, { 0x81, 125 } },
    { 126, 4, { 0x81, 126, 0, 126 } },
    { 65535, 4, { 0x81, 126, 0xff, 0xff } },
    { 65536, 10, { 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0 } },
    { G_GUINT64_CONSTANT (0x0102030405060708), 10, { 0x81, 127, 1, 2, 3, 4, 5, 6, 7, 8 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint8 header[OUIOED_WS_HEADER_MAX];
      g_autoptr(GString) out = g_string_new ("x");
      gsize n = ouioed_ws_header (header, OUIOED_WS_TEXT, rows[i].len);

      g_assert_cmpmem (header, n, rows[i].bytes, rows[i].n);
      ouioed_ws_append_header (out, OUIOED_WS_TEXT, rows[i].len);
      g_assert_cmpmem (out->str + 1, out->len - 1, rows[i].bytes, rows[i].n);
    }
}

static void
test_text_frame_is_header_and_text (void)
{
  g_autoptr(GBytes) bytes = ouioed_ws_text_frame ("abc", 3);
  g_autoptr(GBytes) empty = ouioed_ws_text_frame (NULL, 0);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\x81\x03" "abc", 5);
  g_assert_cmpmem (g_bytes_get_data (empty, NULL), g_bytes_get_size (empty), "\x81\x00", 2);
}

static void
test_messages_and_controls_come_in_order (void)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();
  g_autofree char *long_text = g_strnfill (200, 'y');
  g_autofree char *expected = g_strdup_printf ("text 5 hello\nping 1005 p\ntext 0 \ntext 200 %s\n"
                                               "binary 3 \xff\xfe\xfd\npong 1005 \n", long_text);

  frame_text (in, 0x81, "hello");
  frame_text (in, 0x89, "p");
  frame_text (in, 0x81, "");
  frame_text (in, 0x81, long_text);
  frame_text (in, 0x82, "\xff\xfe\xfd");
  frame_text (in, 0x8a, "");
  assert_parses (in, 0, expected);
}

static void
test_fragments_are_joined_and_controls_come_between (void)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();

  frame_text (in, 0x01, "gr\xc3");   /* cut within a character */
  frame_text (in, 0x89, "now");
  frame_text (in, 0x00, "");
  frame_text (in, 0x00, "\xbc\xc3\x9f");
  frame_text (in, 0x80, "e");
  frame_text (in, 0x81, "next");
  assert_parses (in, 0, "ping 1005 now\ntext 7 grüße\ntext 4 next\n");
}

static void
test_empty_last_fragment_completes_a_message (void)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();

  frame_text (in, 0x01, "ab");
  frame_text (in, 0x80, "");
  frame_text (in, 0x01, "");
  frame_text (in, 0x80, "");
  assert_parses (in, 0, "text 2 ab\ntext 0 \n");
}

static void
test_nul_is_a_character (void)
{
  Told told = { g_string_new (NULL), 0, 0 };
  g_autoptr(OuioedWsParser) parser = ouioed_ws_parser_new (MAX_MESSAGE, &handler, &told);
  g_autoptr(GByteArray) in = g_byte_array_new ();

  frame (in, 0x81, "a\0\0\xc3\xa4\0", 6);
  g_assert_cmpuint (ouioed_ws_parser_feed (parser, in->data, in->len), ==, 0);
  g_assert_cmpmem (told.log->str, told.log->len, "text 6 a\0\0\xc3\xa4\0\n", 14);
  g_string_free (told.log, TRUE);
}

static void
test_close_is_told_with_its_code_and_ends_everything (void)
{
  g_autoptr(GByteArray) with_code = g_byte_array_new ();
  g_autoptr(GByteArray) without = g_byte_array_new ();

  frame (with_code, 0x88, "\x0f\xa0" "bye", 5);
  frame_text (with_code, 0x81, "late");
  frame_text (with_code, 0x83, "late and wrong");
  assert_parses (with_code, 0, "close 4000 bye\n");

  frame (without, 0x88, "", 0);
  frame_text (without, 0x81, "late");
  assert_parses (without, 0, "close 1005 \n");
}

typedef struct {
  const char *what;
  guint16     code;
  gsize       len;
  const char *bytes;
} Bad;

#define BAD(what, code, text) { what, code, sizeof (text) - 1, text }
static const Bad bad[] = {
  BAD ("unmasked", 1002, "\x81\x01" "a"),
  BAD ("rsv1", 1002, "\xc1\x80\0\0\0\0"),
  BAD ("rsv2", 1002, "\xa1\x80\0\0\0\0"),
  BAD ("rsv3", 1002, "\x91\x80\0\0\0\0"),
  BAD ("opcode 3", 1002, "\x83\x80\0\0\0\0"),
  BAD ("opcode 7", 1002, "\x87\x80\0\0\0\0"),
  BAD ("opcode 11", 1002, "\x8b\x80\0\0\0\0"),
  BAD ("opcode 15", 1002, "\x8f\x80\0\0\0\0"),
  BAD ("fragmented ping", 1002, "\x09\x80\0\0\0\0"),
  BAD ("fragmented close", 1002, "\x08\x80\0\0\0\0"),
  BAD ("long ping", 1002, "\x89\xfe\x00\x7e"),
  BAD ("continuation of nothing", 1002, "\x80\x80\0\0\0\0"),
  BAD ("text within a message", 1002, "\x01\x80\0\0\0\0\x81\x80\0\0\0\0"),
  BAD ("binary within a message", 1002, "\x01\x80\0\0\0\0\x02\x80\0\0\0\0"),
  BAD ("length not the shortest, 16 bits", 1002, "\x81\xfe\x00\x7d\0\0\0\0"),
  BAD ("length not the shortest, 64 bits", 1002, "\x81\xff\0\0\0\0\0\0\xff\xff\0\0\0\0"),
  BAD ("length with the top bit", 1002, "\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0"),
  BAD ("one byte too big, by its head", 1009, "\x81\xfe\x03\xe9\0\0\0\0"),
  BAD ("huge, by its head", 1009, "\x82\xff\0\0\0\1\0\0\0\0\0\0\0\0"),
  BAD ("fragments too big together, by the head", 1009, "\x01\x82\0\0\0\0ab\x80\xfe\x03\xe7\0\0\0\0"),
  BAD ("latin-1", 1007, "\x81\x82\0\0\0\0\xe9t"),
  BAD ("overlong slash", 1007, "\x81\x82\0\0\0\0\xc0\xaf"),
  BAD ("surrogate", 1007, "\x81\x83\0\0\0\0\xed\xa0\x80"),
  BAD ("cut character", 1007, "\x81\x82\0\0\0\0\xe2\x82"),
  BAD ("bad byte after nul", 1007, "\x81\x82\0\0\0\0\0\xff"),
  BAD ("close of one byte", 1002, "\x88\x81\0\0\0\0\x03"),
  BAD ("close 999", 1002, "\x88\x82\0\0\0\0\x03\xe7"),
  BAD ("close 1004", 1002, "\x88\x82\0\0\0\0\x03\xec"),
  BAD ("close 1005", 1002, "\x88\x82\0\0\0\0\x03\xed"),
  BAD ("close 1006", 1002, "\x88\x82\0\0\0\0\x03\xee"),
  BAD ("close 1015", 1002, "\x88\x82\0\0\0\0\x03\xf7"),
  BAD ("close 2999", 1002, "\x88\x82\0\0\0\0\x0b\xb7"),
  BAD ("close 5000", 1002, "\x88\x82\0\0\0\0\x13\x88"),
  BAD ("close reason not utf-8", 1007, "\x88\x83\0\0\0\0\x03\xe8\xff"),
};

/* And nothing after it is looked at. */
static void
test_bad_frames_earn_their_code (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GByteArray) in = g_byte_array_new ();

      g_test_message ("%s", bad[i].what);
      g_byte_array_append (in, (const guint8 *) bad[i].bytes, bad[i].len);
      frame_text (in, 0x81, "after");
      assert_parses (in, bad[i].code, "");
    }
}

static void
test_good_close_codes_pass (void)
{
  static const guint16 codes[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr(GByteArray) in = g_byte_array_new ();
      g_autofree char *expected = g_strdup_printf ("close %u \n", codes[i]);
      char payload[2] = { (char) (codes[i] >> 8), (char) codes[i] };

      frame (in, 0x88, payload, 2);
      assert_parses (in, 0, expected);
    }
}

static void
test_message_of_just_the_limit_passes (void)
{
  g_autoptr(GByteArray) in = g_byte_array_new ();
  g_autofree char *text = g_strnfill (MAX_MESSAGE, 'z');
  g_autofree char *expected = g_strdup_printf ("text 1000 %s\ntext 1000 %s\n", text, text);

  frame_text (in, 0x81, text);
  frame (in, 0x01, text, 600);
  frame (in, 0x80, text, 400);
  assert_parses (in, 0, expected);
}

static void
test_stopped_parser_goes_on_where_it_was (void)
{
  Told told = { g_string_new (NULL), 1, 0 };
  g_autoptr(OuioedWsParser) parser = ouioed_ws_parser_new (MAX_MESSAGE, &handler, &told);
  g_autoptr(GByteArray) in = g_byte_array_new ();
  gsize cut;

  frame_text (in, 0x81, "one");
  frame_text (in, 0x81, "two");
  cut = in->len + 3;
  frame_text (in, 0x81, "three");
  g_assert_cmpuint (ouioed_ws_parser_resume (parser), ==, 0);   /* not stopped: nothing happens */

  g_assert_cmpuint (ouioed_ws_parser_feed (parser, in->data, cut), ==, 0);
  g_assert_cmpstr (told.log->str, ==, "text 3 one\n");
  g_assert_cmpuint (ouioed_ws_parser_feed (parser, in->data + cut, in->len - cut), ==, 0);
  g_assert_cmpstr (told.log->str, ==, "text 3 one\n");

  told.stop_after = 2;
  g_assert_cmpuint (ouioed_ws_parser_resume (parser), ==, 0);
  g_assert_cmpstr (told.log->str, ==, "text 3 one\ntext 3 two\n");
  g_assert_cmpuint (ouioed_ws_parser_resume (parser), ==, 0);
  g_assert_cmpstr (told.log->str, ==, "text 3 one\ntext 3 two\ntext 5 three\n");
  g_string_free (told.log, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ws-codec/headers-are-the-shortest", test_headers_are_the_shortest);
  g_test_add_func ("/ws-codec/text-frame-is-header-and-text", test_text_frame_is_header_and_text);
  g_test_add_func ("/ws-codec/messages-and-controls-come-in-order", test_messages_and_controls_come_in_order);
  g_test_add_func ("/ws-codec/fragments-are-joined-and-controls-come-between",
                   test_fragments_are_joined_and_controls_come_between);
  g_test_add_func ("/ws-codec/empty-last-fragment-completes-a-message", test_empty_last_fragment_completes_a_message);
  g_test_add_func ("/ws-codec/nul-is-a-character", test_nul_is_a_character);
  g_test_add_func ("/ws-codec/close-is-told-with-its-code-and-ends-everything",
                   test_close_is_told_with_its_code_and_ends_everything);
  g_test_add_func ("/ws-codec/bad-frames-earn-their-code", test_bad_frames_earn_their_code);
  g_test_add_func ("/ws-codec/good-close-codes-pass", test_good_close_codes_pass);
  g_test_add_func ("/ws-codec/message-of-just-the-limit-passes", test_message_of_just_the_limit_passes);
  g_test_add_func ("/ws-codec/stopped-parser-goes-on-where-it-was", test_stopped_parser_goes_on_where_it_was);

  return g_test_run ();
}
