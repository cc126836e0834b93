/* The end of a file that was written: is all of it on the disk?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "finish.h"

#include <errno.h>
#include <string.h>

frit_status columns_finish(frit_call *c, FILE *f, const char *wanted)
{
    bool failed = fflush(f) != 0 || ferror(f);
    int why = errno;
    if (fclose(f) == 0 && !failed)
        return FRIT_OK;
    why = failed ? why : errno;
    bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;
    return c->host->fail(c, FRIT_EIO, "%s could not be written whole: %s%s", wanted, strerror(why),
                         full ? "; make room there, or choose another folder" : "");
}
