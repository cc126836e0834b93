/* xxHash's XXH3, as fast as this processor allows where the library can tell.  The digests are the same either way. */
#pragma once

#include "config.h"

#ifdef HAVE_XXH_DISPATCH
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif
