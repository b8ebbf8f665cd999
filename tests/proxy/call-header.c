/* call-header.c - what the tee gives a listener, for tests that have no tee
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ouioed-call.h"

const char *
ouioed_header_find (const OuioedHeader *headers, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (headers[i].name, name))
      return headers[i].value;
  return NULL;
}
