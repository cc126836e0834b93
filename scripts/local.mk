# The Lua library and the worked experiments.
scriptfritdir = $(pkgdatadir)/frit
dist_scriptfrit_DATA = %D%/frit/init.lua %D%/frit/figure.lua %D%/frit/figure_curve.lua %D%/frit/figure_panel.lua \
  %D%/frit/figure_script.lua %D%/frit/entries.lua %D%/frit/operators.lua %D%/frit/series.lua %D%/frit/verify.lua
reciperdir = $(pkgdatadir)/recipes
dist_reciper_DATA = %D%/recipes/calorimetry.lua %D%/recipes/i12-frames.lua %D%/recipes/indentation.lua %D%/recipes/metallic-glass.lua %D%/recipes/rings.lua %D%/recipes/temperature-series.lua \
  %D%/recipes/total-scattering.lua
paperdir = $(pkgdatadir)/paper
dist_paper_DATA = %D%/paper/changes.lua %D%/paper/conclusions.lua %D%/paper/diffraction.lua %D%/paper/drawing.lua \
  %D%/paper/fig1.lua %D%/paper/fig2.lua %D%/paper/fig3.lua %D%/paper/fig4.lua %D%/paper/fig5.lua %D%/paper/fig6.lua %D%/paper/fig6_scheme.lua \
  %D%/paper/paper.lua %D%/paper/raw.lua %D%/paper/settings.lua %D%/paper/verification.lua
simulatedir = $(pkgdatadir)/simulate
dist_simulate_DATA = %D%/simulate/bam11.lua %D%/simulate/dsc.lua %D%/simulate/mechanics.lua
EXTRA_DIST += %D%/accuracy %D%/check %D%/demo %D%/report %D%/sanitize %D%/setup
