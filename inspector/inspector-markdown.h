/* inspector-markdown.h - a chain as a report for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a model wrote stands in quotation marks of Markdown ("> "): it makes no headings and no tags in the report.
 */
#pragma once

#include <ouioe.h>

G_BEGIN_DECLS

/* Title and table: what was asked for, by whom, when, how long it took, how many steps. @events: of OuioeEvent, one or more */
void inspector_markdown_append_head  (GString *out, GPtrArray *events);
void inspector_markdown_append_event (GString *out, OuioeEvent *event);

G_END_DECLS
