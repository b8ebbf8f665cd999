/* ouioe-json.h - JSON as text: written by hand, read without a tree
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to libouioe. Nothing in here knows a field name. What programs may use of it is in ouioe-codec.h.
 */
#pragma once

#include <jansson.h>
#include "ouioe-text.h"

G_BEGIN_DECLS

/* Nesting that the scanner follows: more than OUIOE_MAX_DEPTH, for what a body holds may stand inside other things. */
#define OUIOE_JSON_MAX_DEPTH 128

/* A value inside a text, as it stands there; str is NULL when there is none. */
typedef struct {
  const char *str;
  gsize       len;
} OuioeJsonSlice;

/* Whether the text is exactly one JSON object, strictly: UTF-8, no raw control characters, no lone surrogates. When it
 * is, @values holds the members of the given names; others are passed over, and a name that stands there twice makes
 * it FALSE. Names are compared as they are written, so they must need no escapes. */
gboolean  ouioe_json_scan_object  (const char *data, gsize len, const char *const *names, OuioeJsonSlice *values,
                                   guint n_names);
/* The text of a string that was scanned, escapes resolved. Absent when the slice is not a string. */
OuioeText ouioe_json_slice_text   (const OuioeJsonSlice *slice);
gboolean  ouioe_json_slice_is     (const OuioeJsonSlice *slice, const char *text);
/* A text that was scanned, without the white space between its values. */
OuioeText ouioe_json_compact      (const char *data, gsize len);

/* The deepest nesting of a text that need not be valid. */
guint     ouioe_json_get_depth    (const char *data, gsize len);

/* Compact, in the order of the tree; reals in their shortest form. */
void      ouioe_json_write_value  (GString *out, const json_t *value);
OuioeText ouioe_json_value_text   (const json_t *value);

void      ouioe_json_write_uint   (GString *out, guint64 value);
void      ouioe_json_write_bool   (GString *out, gboolean value);
/* For literals: the length is known to the compiler. */
#define ouioe_json_write_literal(out, literal) g_string_append_len ((out), "" literal "", sizeof (literal) - 1)

G_END_DECLS
