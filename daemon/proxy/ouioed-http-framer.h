/* ouioed-http-framer.h - where a message of HTTP/1.1 begins, what each of its bytes is, and where it ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks at bytes that are on their way; does no input or output and changes nothing. Requests are judged strictly: what
 * two readers could frame differently is an error. Answers are taken as they come: what cannot be framed lasts until the
 * connection closes, which is what it is for the client too.
 */
#pragma once

#include "ouioed-head-check.h"
#include "ouioed-wire-head.h"

G_BEGIN_DECLS

#define OUIOED_FRAMER_MAX_CHUNK_LINE 4096     /* a chunk size with its extensions */

/* What some bytes are. */
typedef enum {
  OUIOED_PART_HEAD,          /* of the message, or of an informational answer before it */
  OUIOED_PART_BODY,
  OUIOED_PART_FRAMING,       /* of the chunked coding */
  OUIOED_PART_TRAILER,
  OUIOED_PART_RAW,           /* of no message: a tunnel, or what nobody understands */
} OuioedPart;

typedef struct {
  GString         *head;             /* so far; complete once has_head; NULL before the first use */
  OuioedWireHead   parsed;           /* of the head, once complete */
  OuioedHeadCheck  check;            /* of a request's head, then of its trailers */
  gsize            max_head;
  guint64          left;             /* of the body, or of the chunk */
  gsize            n_line;           /* bytes of the chunk's line, or of all trailers */
  const char      *error;            /* what is wrong with a request: it must not go on */
  guint            state;
  gboolean         is_answer;
  gboolean         is_to_head;       /* the answer to a HEAD */
  gboolean         no_switch;        /* set after begin_answer(): nobody asked for another protocol, so a 101 is no answer */
  gboolean         is_touched;       /* bytes were looked at, be it an empty line or an informational answer */
  gboolean         is_oversized;     /* the head of a request is larger than allowed */
  gboolean         has_head;         /* it is complete; not for informational answers */
  gboolean         is_new_head;      /* a head, maybe an informational one, was completed by the last call of next() */
} OuioedHttpFramer;

/* All zero before the first use. Both may be called again and again. */
void     ouioed_http_framer_begin_request (OuioedHttpFramer *self, gsize max_head);
void     ouioed_http_framer_begin_answer  (OuioedHttpFramer *self, gboolean is_to_head, gsize max_head);
void     ouioed_http_framer_clear         (OuioedHttpFramer *self);

/* Takes the next bytes that are one thing, at most to the end of a head: returns how many, and what they are. 0: nothing,
 * because the message is complete, or wrong (see error), or @len is 0. */
gsize    ouioed_http_framer_next          (OuioedHttpFramer *self, const char *data, gsize len, OuioedPart *part);

gboolean ouioed_http_framer_is_complete   (const OuioedHttpFramer *self);
/* The message ends when the connection does. */
gboolean ouioed_http_framer_is_until_close (const OuioedHttpFramer *self);
/* An answer that nobody understands, from its beginning or from some byte on. */
gboolean ouioed_http_framer_is_broken     (const OuioedHttpFramer *self);
/* After a 101: what comes is of another protocol. */
gboolean ouioed_http_framer_is_tunnel     (const OuioedHttpFramer *self);
/* Nothing of the message has been seen. */
gboolean ouioed_http_framer_is_untouched  (const OuioedHttpFramer *self);

G_END_DECLS
