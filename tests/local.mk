# Tests speak TAP.  A program a subject; tests/plugins run steps through tests/step.h.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)

# Only this tree's plugins and scripts, and a store of the tests' own; no locale of the user's.
AM_TESTS_ENVIRONMENT = \
  unset FRIT_SYSTEM_PLUGIN_PATH FRIT_SCRIPT_PATH FRIT_DEBUG; \
  FRIT_PLUGIN_PATH=; export FRIT_PLUGIN_PATH; \
  FRIT_STORE='$(abs_top_builddir)/tests/store'; export FRIT_STORE; \
  FRIT='$(abs_top_builddir)/core/frit'; export FRIT; \
  TEST_MODULES='$(abs_top_builddir)/tests/modules/.libs'; export TEST_MODULES; \
  LC_ALL=C.UTF-8; export LC_ALL;

TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/plugins -DTEST_SOURCE='"$(abs_top_srcdir)/tests"'

check_LTLIBRARIES += %D%/libstep.la
%C%_libstep_la_SOURCES = %D%/step.c %D%/step.h %D%/tap.h
%C%_libstep_la_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_libstep_la_CFLAGS = $(CORE_CFLAGS)
%C%_libstep_la_LIBADD = core/libcore.la

core_tests = %D%/core/composition %D%/core/draws %D%/core/key %D%/core/output %D%/core/pack %D%/core/params \
  %D%/core/progress %D%/core/reading %D%/core/store %D%/core/unit
plugin_tests =
include %D%/plugins/local.mk

check_PROGRAMS += $(core_tests) $(plugin_tests)
TESTS += $(core_tests) $(plugin_tests)

%C%_core_composition_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_composition_CFLAGS = $(CORE_CFLAGS)
%C%_core_composition_LDADD = core/libcore.la
%C%_core_draws_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_draws_CFLAGS = $(CORE_CFLAGS)
%C%_core_draws_LDADD = core/libcore.la -lm
%C%_core_key_SOURCES = %D%/core/key.c %D%/core/digest_place.h
%C%_core_key_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_key_CFLAGS = $(CORE_CFLAGS)
%C%_core_key_LDADD = core/libcore.la
%C%_core_reading_SOURCES = %D%/core/reading.c %D%/core/digest_place.h
%C%_core_reading_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_reading_CFLAGS = $(CORE_CFLAGS)
%C%_core_reading_LDADD = core/libcore.la
%C%_core_params_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_params_CFLAGS = $(CORE_CFLAGS)
%C%_core_params_LDADD = core/libcore.la
%C%_core_store_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_store_CFLAGS = $(CORE_CFLAGS)
%C%_core_store_LDADD = core/libcore.la
%C%_core_unit_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_unit_CFLAGS = $(CORE_CFLAGS)
%C%_core_unit_LDADD = core/libcore.la
%C%_core_output_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_output_CFLAGS = $(CORE_CFLAGS)
%C%_core_output_LDADD = core/libcore.la
%C%_core_pack_SOURCES = %D%/core/pack.c %D%/core/rich.h
%C%_core_pack_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_pack_CFLAGS = $(CORE_CFLAGS)
%C%_core_pack_LDADD = core/libcore.la
%C%_core_progress_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_progress_CFLAGS = $(CORE_CFLAGS)
%C%_core_progress_LDADD = core/libcore.la


recipe_tests = %D%/recipes/chain %D%/recipes/paper %D%/recipes/peers %D%/recipes/peers_films %D%/recipes/recipes %D%/recipes/series %D%/recipes/simulated %D%/recipes/uncertainty
check_PROGRAMS += $(recipe_tests)
TESTS += $(recipe_tests)
%C%_recipes_simulated_SOURCES = %D%/recipes/simulated.c %D%/recipes/table.h
%C%_recipes_simulated_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_simulated_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_simulated_LDADD = %D%/libstep.la -lm
EXTRA_DIST += %D%/recipes/simulated.lua
%C%_recipes_chain_SOURCES = %D%/recipes/chain.c %D%/recipes/table.h
%C%_recipes_chain_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_chain_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_chain_LDADD = %D%/libstep.la -lm
%C%_recipes_paper_SOURCES = %D%/recipes/paper.c %D%/recipes/table.h
%C%_recipes_paper_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_paper_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_paper_LDADD = %D%/libstep.la -lm
%C%_recipes_peers_SOURCES = %D%/recipes/peers.c %D%/recipes/peers.h %D%/plugins/scattering.h
%C%_recipes_peers_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_peers_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_peers_LDADD = %D%/libstep.la -lm
%C%_recipes_peers_films_SOURCES = %D%/recipes/peers_films.c %D%/recipes/peers.h %D%/plugins/scattering.h
%C%_recipes_peers_films_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_peers_films_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_peers_films_LDADD = %D%/libstep.la -lm
%C%_recipes_recipes_SOURCES = %D%/recipes/recipes.c %D%/recipes/table.h
%C%_recipes_recipes_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_recipes_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_recipes_LDADD = %D%/libstep.la -lm
%C%_recipes_series_SOURCES = %D%/recipes/series.c %D%/recipes/table.h
%C%_recipes_series_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_series_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_series_LDADD = %D%/libstep.la -lm
%C%_recipes_uncertainty_SOURCES = %D%/recipes/uncertainty.c %D%/plugins/scattering.h
%C%_recipes_uncertainty_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_uncertainty_CFLAGS = $(CORE_CFLAGS) $(GSL_CFLAGS)
%C%_recipes_uncertainty_LDADD = %D%/libstep.la $(GSL_LIBS) -lm


EXTRA_DIST += \
  %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_compton.csv %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_f2.csv \
  %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_geometry.csv %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_mu.csv \
  %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_multiple_scattering.csv %D%/data/exact_G_HPT.csv \
  %D%/data/dsc_CR_clean.csv %D%/data/exact_S_HPT.csv %D%/data/ft_test_HPT_303.csv %D%/data/indent_CR_clean.csv %D%/data/pillar_CR_clean.csv %D%/data/pixel_geometry.csv %D%/data/pseudo_split.csv %D%/data/robust_rings.csv \
  %D%/data/robust_rings.py \
  %D%/data/sigma_S.csv

include %D%/cli.mk

include %D%/abi.mk

TESTS += %D%/doc.sh
EXTRA_DIST += %D%/doc.sh
EXTRA_DIST += %D%/bench/run %D%/bench/compare.py %D%/bench/measure.py %D%/bench/bandwidth.c %D%/bench/watch.h \
  %D%/bench/threads.h %D%/bench/panel.h %D%/bench/panel.py %D%/bench/integrate.py %D%/bench/integrate.c \
  %D%/bench/robust.py %D%/bench/robust.c %D%/bench/tiff.py %D%/bench/tiff.c %D%/bench/curves.py %D%/bench/curves.c \
  %D%/bench/whole.py %D%/bench/peers.py %D%/bench/chain.lua %D%/bench/theory.lua %D%/bench/graph.lua %D%/bench/frames.c

clean-local:
	rm -rf tests/store
