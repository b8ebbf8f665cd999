/* ouioed-head-check.h - whether the head of a request is written as RFC 9112 has it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The HTTP library forgives: it skips header lines that it does not understand, joins folded ones, takes a line feed for
 * the end of a line, and loses memory with a framing that it does not know. A proxy in front may understand such a
 * request differently, and then one client answers for another. So the bytes of a head are looked at on their way.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All zero at the beginning of a head. */
typedef struct {
  guint8      state;
  guint8      n_name;             /* of the field's name so far */
  guint8      n_value;            /* of its value */
  guint8      seen;               /* fields that must not come twice */
  char        name[18];           /* lower case, as much as is of interest */
  char        value[22];          /* of the fields that frame the body */
  const char *error;              /* what is wrong, once something is */
} OuioedHeadCheck;

/* Looks at the next @len bytes; what stands behind the head is not looked at. FALSE when something is wrong. */
gboolean ouioed_head_check_feed (OuioedHeadCheck *self, const void *data, gsize len);

G_END_DECLS
