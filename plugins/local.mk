# Every plugin is built from core/plugin.h and its own libraries alone.
# plugins/shared holds what several of them compile in.
PLUGIN_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/plugins
MODULE_LDFLAGS = -module -avoid-version -shared -no-undefined \
  -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)

include %D%/arithmetic/local.mk
include %D%/azimuthal/local.mk
include %D%/calorimetry/local.mk
include %D%/columns/local.mk
include %D%/connection_modes/local.mk
include %D%/corrections/local.mk
include %D%/figure/local.mk
include %D%/fourier/local.mk
include %D%/images/local.mk
include %D%/indentation/local.mk
include %D%/masks/local.mk
include %D%/metrics/local.mk
include %D%/nexus/local.mk
include %D%/pillars/local.mk
include %D%/scattering/local.mk
include %D%/series/local.mk
include %D%/simulate/local.mk
include %D%/trends/local.mk
