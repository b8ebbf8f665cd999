/* ouioe-text.h - text that may contain U+0000, which JSON allows and C strings do not
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the program family.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Owned UTF-8 of known length, with a NUL behind it. str is NULL when the value is absent. */
typedef struct {
  char  *str;
  gsize  len;
} OuioeText;

/* A list of texts; items is NULL when n is 0. */
typedef struct {
  OuioeText *items;
  guint      n;
} OuioeTextList;

OuioeText ouioe_text_new        (const char *str, gssize len);   /* len -1: up to the NUL; str NULL: absent */
OuioeText ouioe_text_copy       (const OuioeText *text);
void      ouioe_text_clear      (OuioeText *text);
/* The text as a C string: itself, or a copy in which U+0000 is shown as U+FFFD. */
char     *ouioe_text_to_c       (const OuioeText *text);

OuioeTextList ouioe_text_list_new_strv (const char *const *strv);
void          ouioe_text_list_clear    (OuioeTextList *list);
char        **ouioe_text_list_to_strv  (const OuioeTextList *list);

G_END_DECLS
