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
  %D%/core/progress %D%/core/store %D%/core/unit
plugin_tests = %D%/plugins/azimuthal %D%/plugins/azimuthal_frames %D%/plugins/azimuthal_poni \
  %D%/plugins/columns %D%/plugins/columns_write %D%/plugins/figure %D%/plugins/fourier \
  %D%/plugins/images %D%/plugins/normalise %D%/plugins/scattering %D%/plugins/series

check_PROGRAMS += $(core_tests) $(plugin_tests)
TESTS += $(core_tests) $(plugin_tests)

%C%_core_composition_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_composition_CFLAGS = $(CORE_CFLAGS)
%C%_core_composition_LDADD = core/libcore.la
%C%_core_draws_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_draws_CFLAGS = $(CORE_CFLAGS)
%C%_core_draws_LDADD = core/libcore.la -lm
%C%_core_key_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_key_CFLAGS = $(CORE_CFLAGS)
%C%_core_key_LDADD = core/libcore.la
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

%C%_plugins_images_SOURCES = %D%/plugins/images.c %D%/plugins/images_make.c %D%/plugins/images_make.h \
  %D%/plugins/images_tiff.c %D%/plugins/images_damaged.c \
  plugins/images/edf.c plugins/images/file.c plugins/images/fit2d.c plugins/images/pixels.c \
  plugins/images/read_image.c plugins/images/tiff.c plugins/images/tiff_messages.c plugins/images/tiff_write.c
%C%_plugins_images_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_images_CFLAGS = $(CORE_CFLAGS) $(TIFF_CFLAGS)
%C%_plugins_images_LDADD = %D%/libstep.la $(TIFF_LIBS) -lm

recipe_tests = %D%/recipes/recipes
check_PROGRAMS += $(recipe_tests)
TESTS += $(recipe_tests)
%C%_recipes_recipes_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_recipes_recipes_CFLAGS = $(CORE_CFLAGS)
%C%_recipes_recipes_LDADD = %D%/libstep.la -lm

%C%_plugins_azimuthal_SOURCES = %D%/plugins/azimuthal.c %D%/plugins/azimuthal.h
%C%_plugins_azimuthal_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_azimuthal_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_azimuthal_LDADD = %D%/libstep.la -lm
%C%_plugins_azimuthal_frames_SOURCES = %D%/plugins/azimuthal_frames.c %D%/plugins/azimuthal.h
%C%_plugins_azimuthal_frames_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_azimuthal_frames_CFLAGS = $(CORE_CFLAGS) $(TIFF_CFLAGS)
%C%_plugins_azimuthal_frames_LDADD = %D%/libstep.la $(TIFF_LIBS) -lm
%C%_plugins_azimuthal_poni_SOURCES = %D%/plugins/azimuthal_poni.c %D%/plugins/azimuthal.h
%C%_plugins_azimuthal_poni_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_azimuthal_poni_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_azimuthal_poni_LDADD = %D%/libstep.la -lm
%C%_plugins_columns_SOURCES = %D%/plugins/columns.c plugins/columns/label.c
%C%_plugins_columns_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_columns_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_columns_LDADD = %D%/libstep.la -lm
%C%_plugins_columns_write_SOURCES = %D%/plugins/columns_write.c
%C%_plugins_columns_write_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_columns_write_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_columns_write_LDADD = %D%/libstep.la -lm
%C%_plugins_figure_SOURCES = %D%/plugins/figure.c plugins/figure/label.c
%C%_plugins_figure_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_figure_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_figure_LDADD = %D%/libstep.la -lm
%C%_plugins_fourier_SOURCES = %D%/plugins/fourier.c plugins/fourier/integral.c plugins/fourier/sine_sum.c \
  plugins/fourier/sine_transform.c
%C%_plugins_fourier_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_fourier_CFLAGS = $(CORE_CFLAGS) $(FFTW_CFLAGS)
%C%_plugins_fourier_LDADD = %D%/libstep.la $(FFTW_LIBS) -lm
%C%_plugins_normalise_SOURCES = %D%/plugins/normalise.c %D%/plugins/scattering.h plugins/scattering/atoms.c \
  plugins/scattering/normalisation.c
%C%_plugins_normalise_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_normalise_CFLAGS = $(CORE_CFLAGS) $(XRL_CFLAGS)
%C%_plugins_normalise_LDADD = %D%/libstep.la $(XRL_LIBS) -lm
%C%_plugins_scattering_SOURCES = %D%/plugins/scattering.c %D%/plugins/scattering.h plugins/scattering/atoms.c \
  plugins/scattering/atomic_weights.c
%C%_plugins_scattering_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_scattering_CFLAGS = $(CORE_CFLAGS) $(XRL_CFLAGS)
%C%_plugins_scattering_LDADD = %D%/libstep.la $(XRL_LIBS) -lm
%C%_plugins_series_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_series_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_series_LDADD = %D%/libstep.la -lm

EXTRA_DIST += %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_compton.csv %D%/data/Zr52.5Cu17.9Ni14.6Al10Ti5_f2.csv \
  %D%/data/exact_S_HPT.csv %D%/data/ft_test_HPT_303.csv %D%/data/pixel_geometry.csv

include %D%/cli.mk

include %D%/abi.mk

TESTS += %D%/doc.sh
EXTRA_DIST += %D%/doc.sh
EXTRA_DIST += %D%/bench/run %D%/bench/compare.py
