# The Lua library and the worked experiments.
scriptfritdir = $(pkgdatadir)/frit
dist_scriptfrit_DATA = %D%/frit/init.lua %D%/frit/figure.lua %D%/frit/figure_curve.lua %D%/frit/figure_panel.lua \
  %D%/frit/figure_script.lua %D%/frit/operators.lua %D%/frit/series.lua %D%/frit/verify.lua
reciperdir = $(pkgdatadir)/recipes
dist_reciper_DATA = %D%/recipes/calorimetry.lua %D%/recipes/i12-frames.lua %D%/recipes/metallic-glass.lua %D%/recipes/rings.lua %D%/recipes/temperature-series.lua \
  %D%/recipes/total-scattering.lua
simulatedir = $(pkgdatadir)/simulate
dist_simulate_DATA = %D%/simulate/bam11.lua %D%/simulate/dsc.lua
EXTRA_DIST += %D%/accuracy %D%/check %D%/demo %D%/sanitize %D%/setup
