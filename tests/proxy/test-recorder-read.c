/* test-recorder-read.c - long requests do not hold up the main context, and are recorded like others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "recorder-bed.h"

#include <string.h>

#include "test-log.h"

#define LONG_BYTES (2 * OUIOED_RECORDER_QUICK_BYTES)

/* Until it is known what is asked, nothing else is to be told. */
static void
test_read_aside (Bed *bed, gconstpointer data)
{
  g_autofree char *picture = g_strnfill (LONG_BYTES, 'A');
  g_autofree char *body = g_strdup_printf ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Why?\","
                                           "\"images\":[\"%s\"]}]}", picture);
  OuioedCall *call = bed_begin (bed, "/api/chat", body, "long");

  g_assert_true (call->is_held);
  g_assert_null (ouioed_hub_find (bed->hub.hub, "long"));
  while (call->is_held)
    g_main_context_iteration (NULL, TRUE);
  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, bed->demo_len, bed->demo_len);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "long", "done");
  g_assert_cmpstr (bed_get_record (bed, "long")->context->user_request.str, ==, "Why?");
}

static void
test_short_ones_are_read_at_once (Bed *bed, gconstpointer data)
{
  OuioedCall *call = bed_begin_chat (bed, "short");

  g_assert_false (call->is_held);
  bed_answer_head (call, 200, "application/x-ndjson", bed->hub.now_us);
  bed_answer_body (bed, call, bed->demo, bed->demo_len, bed->demo_len);
  bed_end (bed, call, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "short", "done");
}

/* Nobody waits for a reading when everything ends; nor does it touch what is gone. */
static void
test_may_be_left (Bed *bed, gconstpointer data)
{
  g_autofree char *body = g_strnfill (LONG_BYTES, ' ');
  g_autofree OuioedCall *call = bed_begin (bed, "/api/chat", body, "left");

  g_assert_true (call->is_held);
  ouioed_recorder_free (bed->recorder);
  bed->recorder = ouioed_recorder_new (bed->hub.hub, ouioed_estimates_new (NULL), 20 * G_USEC_PER_SEC);
  bed_run (bed, "next", bed->demo, bed->demo_len, bed->demo_len, OUIOED_CALL_COMPLETE);
  bed_assert_outcome (bed, "next", "done");
  g_assert_true (call->is_held);
  g_assert_null (ouioed_hub_find (bed->hub.hub, "left"));
}

/* The model server answers before it has read everything. */
static void
test_early_answers (Bed *bed, gconstpointer data)
{
  static const gsize lens[] = { 100, LONG_BYTES };

  for (guint i = 0; i < G_N_ELEMENTS (lens); i++)
    {
      g_autofree char *session = g_strdup_printf ("early-%u", i);
      g_autofree char *body = g_strnfill (lens[i], ' ');
      char name[] = "x-ouioe-session";
      OuioedHeader header = { name, session };
      OuioedRequestHead head = { .method = "POST", .path = "/api/chat", .headers = &header, .n_headers = 1, .peer = "unix" };
      OuioedCall *call = g_new0 (OuioedCall, 1);

      call->upstream = bed->upstream;
      call->data = ouioed_recorder_funcs.request (call, &head, bed->hub.now_us, bed->recorder);
      ouioed_recorder_funcs.request_body (call->data, body, lens[i]);
      bed_answer_head (call, 413, "application/json", bed->hub.now_us);
      g_assert_false (call->is_held);
      ouioed_recorder_funcs.request_body (call->data, body, lens[i]);    /* which nobody looks at any more */
      ouioed_recorder_funcs.request_end (call->data);
      g_assert_false (call->is_held);
      bed_answer_body (bed, call, "{\"error\":\"too long\"}", 20, 20);
      bed_end (bed, call, OUIOED_CALL_COMPLETE);
      bed_assert_outcome (bed, session, "error");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();
  bed_demo_path = argv[1];
  g_test_add ("/recorder/read/long-requests-aside", Bed, NULL, bed_set_up, test_read_aside, bed_tear_down);
  g_test_add ("/recorder/read/short-ones-at-once", Bed, NULL, bed_set_up, test_short_ones_are_read_at_once, bed_tear_down);
  g_test_add ("/recorder/read/may-be-left", Bed, NULL, bed_set_up, test_may_be_left, bed_tear_down);
  g_test_add ("/recorder/read/answers-may-come-early", Bed, NULL, bed_set_up, test_early_answers, bed_tear_down);
  return g_test_run ();
}
