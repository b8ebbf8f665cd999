/* ouioed-wire-head.h - start line and fields of a head, as they stand in its bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *name;
  const char *value;         /* without the white space around it; with the ends of lines in it when it is folded */
  const char *line;          /* where the whole line begins; lines, when it is folded */
  gsize       name_len;
  gsize       value_len;
  gsize       line_len;      /* with its end */
} OuioedWireField;

/* Points into the text it was parsed from. */
typedef struct {
  const char *text;          /* the whole head, the empty line included */
  gsize       len;
  const char *method;        /* of a request */
  const char *target;
  gsize       method_len;
  gsize       target_len;
  guint       status;        /* of an answer */
  guint       minor;         /* HTTP/1.x */
  gsize       start_len;     /* of the start line with its end */
  GArray     *fields;        /* of OuioedWireField; NULL before the first parse */
} OuioedWireHead;

void     ouioed_wire_head_clear         (OuioedWireHead *self);
/* Both may be called again on the same structure. The request's text was checked (ouioed-head-check.h); that its request
 * line has three parts and a version we know is checked here: FALSE, and a sentence in @error, when it has not. */
gboolean ouioed_wire_head_parse_request (OuioedWireHead *self, const char *text, gsize len, const char **error);
/* Forgiving: line feeds alone end lines, a folded line is part of the value before it, lines without a colon are skipped.
 * FALSE when it is no answer at all. */
gboolean ouioed_wire_head_parse_answer  (OuioedWireHead *self, const char *text, gsize len);

/* The first field of this name (lower case), or NULL. */
const OuioedWireField *ouioed_wire_head_find (const OuioedWireHead *self, const char *name);
gboolean ouioed_wire_field_is           (const OuioedWireField *field, const char *name);
/* Whether a list field holds @token (lower case); looks at all fields of this name. */
gboolean ouioed_wire_head_has_token     (const OuioedWireHead *self, const char *name, const char *token);
/* Whether @token (lower case) is the last of all fields of this name. */
gboolean ouioed_wire_head_ends_with     (const OuioedWireHead *self, const char *name, const char *token);
/* What Connection and the version say; FALSE as well when others could see the end of the message elsewhere. */
gboolean ouioed_wire_head_keeps_alive   (const OuioedWireHead *self);

G_END_DECLS
