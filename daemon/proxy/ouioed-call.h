/* ouioed-call.h - one request through the proxy and its answer, as whoever records it is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tee forwards bytes on a thread of its own and hands copies over; everything here happens on the main context, in the
 * order of the wire, after the bytes themselves went on. What a listener does with them, and how long it takes, never
 * touches the stream: when it cannot keep up, copies are dropped and it is told so (OUIOED_CALL_PART_LOST).
 */
#pragma once

#include "ouioed-upstream.h"

G_BEGIN_DECLS

typedef struct _OuioedCall OuioedCall;

/* How a call ended. */
typedef enum {
  OUIOED_CALL_COMPLETE,          /* the answer came whole, as its framing has it */
  OUIOED_CALL_TRUNCATED,         /* the upstream hung up in the middle of it */
  OUIOED_CALL_NO_UPSTREAM,       /* no connection, or none in time: the client got a 502 or 504 from us */
  OUIOED_CALL_UPSTREAM_TIMEOUT,  /* it said nothing for longer than [proxy] answer-timeout */
  OUIOED_CALL_CLIENT_GONE,       /* the client hung up; the upstream was hung up on, unless the call is detached */
  OUIOED_CALL_STOPPED,           /* ouioed_call_stop() */
  OUIOED_CALL_DRAINED,           /* the daemon stops */
} OuioedCallEnd;

/* A header field of a request or an answer. Those with secrets (Authorization, Proxy-Authorization, X-Api-Key, Api-Key,
 * X-Goog-Api-Key, Cookie, Set-Cookie and X-Ouioe-Token) are never handed over. */
typedef struct {
  char *name;                    /* lower case */
  char *value;                   /* valid UTF-8: what is not is replaced; white space around it dropped */
} OuioedHeader;

/* The head of a request. */
typedef struct {
  const char         *method;
  const char         *path;            /* as the upstream gets it, without the query */
  const char         *query;           /* NULL when there is none */
  const OuioedHeader *headers;
  guint               n_headers;
  const char         *peer;            /* address without the port, or "unix" */
  guint64             credential;      /* a keyed hash of the headers with secrets, to tell clients apart; the key lives as long
                                          as the process; 0: there were none */
} OuioedRequestHead;

typedef struct {
  guint               status;
  const OuioedHeader *headers;
  guint               n_headers;
} OuioedAnswerHead;

/* Value of a header (lower case @name), NULL when it is not there; the first one when there are several. */
const char *ouioed_header_find (const OuioedHeader *headers, guint n, const char *name);

/* What a listener is told. Bodies come without their framing (chunk headers), but with their content coding. Times are
 * g_get_real_time() when the bytes came. */
typedef struct {
  /* A request begins. Returns what the other functions get as @data, or NULL: of no interest, nothing more is told. */
  gpointer (*request)      (OuioedCall *call, const OuioedRequestHead *head, gint64 time_us, gpointer user_data);
  void     (*request_body) (gpointer data, const char *bytes, gsize len);
  void     (*request_end)  (gpointer data);
  void     (*answer)       (gpointer data, const OuioedAnswerHead *head, gint64 time_us);   /* not for 1xx */
  void     (*answer_body)  (gpointer data, const char *bytes, gsize len, gint64 time_us);
  void     (*lost)         (gpointer data);      /* bytes of the answer (or the request) are missing from here on */
  /* Last; @data is the listener's to free. @detail (nullable): in words, for people. */
  void     (*end)          (gpointer data, OuioedCallEnd how, const char *detail, gint64 time_us);
} OuioedCallFuncs;

/* While its request, or its data, is known to the listener: until end() has been called. */
const OuioedUpstream *ouioed_call_get_upstream (OuioedCall *call);
/* Hangs up on the upstream and on the client. end() follows, later. */
void                  ouioed_call_stop         (OuioedCall *call);
/* From within one of the funcs: nothing more is told of this call until it goes on. What comes meanwhile waits in the mailbox, within
 * its bounds. */
void                  ouioed_call_hold         (OuioedCall *call);
void                  ouioed_call_go_on        (OuioedCall *call);
/* The client does not take what there is of the answer: until it does, nothing more is read from the upstream. */
gboolean              ouioed_call_waits_for_client (OuioedCall *call);

G_END_DECLS
