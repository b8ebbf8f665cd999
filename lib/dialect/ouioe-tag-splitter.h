/* ouioe-tag-splitter.h - thinking between inline tags, out of the text of an answer
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rules are in ouioe-dialect.h.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _OuioeTagSplitter OuioeTagSplitter;

/* Text has a NUL behind it. */
typedef struct {
  void (*thinking)     (const char *text, gsize len, gpointer user_data);
  void (*content)      (const char *text, gsize len, gpointer user_data);
  void (*was_thinking) (gpointer user_data);   /* all content so far was thinking */
} OuioeTagFuncs;

/* @funcs must outlive the splitter. @destroy: (nullable): frees @user_data with the splitter */
OuioeTagSplitter *ouioe_tag_splitter_new  (const OuioeTagFuncs *funcs, gpointer user_data, GDestroyNotify destroy);
void              ouioe_tag_splitter_free (OuioeTagSplitter *self);
void              ouioe_tag_splitter_feed (OuioeTagSplitter *self, const char *text, gsize len);
/* Gives out what was held back because it could have become a tag. More text may follow: another part of the answer. */
void              ouioe_tag_splitter_end  (OuioeTagSplitter *self);
/* Whether text that is fed now is taken for thinking. */
gboolean          ouioe_tag_splitter_is_thinking (OuioeTagSplitter *self);

/* Whether the text, white space around it aside, is one of the tags. */
gboolean          ouioe_tag_splitter_is_tag (const char *text, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeTagSplitter, ouioe_tag_splitter_free)

G_END_DECLS
