# Tests of plugins, a program a subject: they run steps as recipes do (tests/step.h), and some link the
# plugin's own numerics beside.   Libraries of all plugins are at hand.
PLUGIN_TEST_CFLAGS = $(CORE_CFLAGS) $(FFTW_CFLAGS) $(HDF5_CFLAGS) $(TIFF_CFLAGS) $(XRL_CFLAGS)
PLUGIN_TEST_LIBS = tests/libstep.la $(FFTW_LIBS) $(HDF5_LIBS) $(TIFF_LIBS) $(XRL_LIBS) -lm

plugin_tests += %D%/arithmetic %D%/azimuthal %D%/azimuthal_cake %D%/azimuthal_converter %D%/azimuthal_frames \
  %D%/azimuthal_poni %D%/calorimetry %D%/calorimetry_read \
  %D%/calorimetry_simulated %D%/calorimetry_steps %D%/columns %D%/columns_header %D%/columns_write %D%/connection_modes \
  %D%/connection_modes_descent %D%/connection_modes_series %D%/corrections %D%/corrections_input \
  %D%/corrections_numerics %D%/covariance %D%/figure %D%/fit %D%/fourier %D%/fourier_convert %D%/fourier_low_r %D%/fourier_real_space \
  %D%/images %D%/indentation %D%/indentation_read %D%/indentation_recipe %D%/indentation_simulated \
  %D%/indentation_uncertainty %D%/indentation_vendors %D%/masks %D%/masks_outliers %D%/nexus %D%/normalise %D%/normalise_glasses %D%/normalise_low_r \
  %D%/normalise_scales %D%/pillars %D%/polynomial %D%/scattering %D%/series %D%/series_headers %D%/series_log

%C%_arithmetic_SOURCES = %D%/arithmetic.c
%C%_arithmetic_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_arithmetic_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_arithmetic_LDADD = $(PLUGIN_TEST_LIBS)

%C%_azimuthal_SOURCES = %D%/azimuthal.c %D%/azimuthal.h
%C%_azimuthal_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_LDADD = $(PLUGIN_TEST_LIBS)

%C%_azimuthal_cake_SOURCES = %D%/azimuthal_cake.c %D%/azimuthal.h
%C%_azimuthal_cake_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_cake_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_cake_LDADD = $(PLUGIN_TEST_LIBS)

%C%_azimuthal_converter_SOURCES = %D%/azimuthal_converter.c %D%/azimuthal.h
%C%_azimuthal_converter_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_converter_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_converter_LDADD = $(PLUGIN_TEST_LIBS)

%C%_azimuthal_frames_SOURCES = %D%/azimuthal_frames.c %D%/azimuthal.h
%C%_azimuthal_frames_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_frames_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_frames_LDADD = $(PLUGIN_TEST_LIBS)

%C%_azimuthal_poni_SOURCES = %D%/azimuthal_poni.c %D%/azimuthal.h
%C%_azimuthal_poni_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_poni_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_poni_LDADD = $(PLUGIN_TEST_LIBS)

plugin_tests += %D%/azimuthal_setup %D%/azimuthal_integration_matrix
%C%_azimuthal_setup_SOURCES = %D%/azimuthal_setup.c %D%/azimuthal_tiles.c %D%/azimuthal_tiles.h %D%/azimuthal.h \
  plugins/azimuthal/matrix_make.c plugins/azimuthal/matrix_place.c \
  plugins/azimuthal/matrix_tiles.c plugins/azimuthal/matrix_data.c plugins/azimuthal/setup_rows.c plugins/azimuthal/setup_kernel.c \
  plugins/azimuthal/matrix_sum.c plugins/azimuthal/kernel.c plugins/azimuthal/processor.c plugins/azimuthal/integrator.c \
  plugins/azimuthal/accumulate.c plugins/azimuthal/split.c plugins/shared/geometry.c plugins/shared/values.c
%C%_azimuthal_setup_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_setup_CFLAGS = $(PLUGIN_TEST_CFLAGS) -fno-math-errno -fno-trapping-math
%C%_azimuthal_setup_LDADD = $(PLUGIN_TEST_LIBS)
%C%_azimuthal_integration_matrix_SOURCES = %D%/azimuthal_integration_matrix.c %D%/azimuthal.h
%C%_azimuthal_integration_matrix_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_integration_matrix_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_integration_matrix_LDADD = $(PLUGIN_TEST_LIBS)

plugin_tests += %D%/azimuthal_matrix
%C%_azimuthal_matrix_SOURCES = %D%/azimuthal_matrix.c %D%/azimuthal_tiles.c %D%/azimuthal_tiles.h \
  plugins/azimuthal/matrix_make.c plugins/azimuthal/matrix_place.c plugins/azimuthal/matrix_tiles.c plugins/azimuthal/setup_rows.c plugins/azimuthal/setup_kernel.c \
  plugins/azimuthal/matrix_sum.c \
  plugins/azimuthal/kernel.c plugins/azimuthal/processor.c plugins/azimuthal/integrator.c plugins/azimuthal/accumulate.c plugins/azimuthal/split.c \
  plugins/shared/geometry.c plugins/shared/values.c
%C%_azimuthal_matrix_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_matrix_CFLAGS = $(PLUGIN_TEST_CFLAGS) -fno-math-errno -fno-trapping-math
%C%_azimuthal_matrix_LDADD = $(PLUGIN_TEST_LIBS)

plugin_tests += %D%/azimuthal_robust %D%/azimuthal_robust_steps
%C%_azimuthal_robust_SOURCES = %D%/azimuthal_robust.c plugins/azimuthal/robust_make.c plugins/azimuthal/robust_sum.c \
  plugins/azimuthal/robust_ring.c plugins/azimuthal/robust_kernel.c plugins/azimuthal/processor.c plugins/azimuthal/integrator.c \
  plugins/azimuthal/accumulate.c plugins/azimuthal/split.c plugins/shared/geometry.c plugins/shared/values.c
%C%_azimuthal_robust_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_robust_CFLAGS = $(PLUGIN_TEST_CFLAGS) -fno-math-errno -fno-trapping-math
%C%_azimuthal_robust_LDADD = $(PLUGIN_TEST_LIBS)

%C%_azimuthal_robust_steps_SOURCES = %D%/azimuthal_robust_steps.c %D%/azimuthal.h
%C%_azimuthal_robust_steps_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_robust_steps_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_robust_steps_LDADD = $(PLUGIN_TEST_LIBS)

plugin_tests += %D%/azimuthal_series
%C%_azimuthal_series_SOURCES = %D%/azimuthal_series.c %D%/azimuthal.h
%C%_azimuthal_series_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_series_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_azimuthal_series_LDADD = $(PLUGIN_TEST_LIBS)

plugin_tests += %D%/azimuthal_batch
%C%_azimuthal_batch_SOURCES = %D%/azimuthal_batch.c %D%/azimuthal_tiles.c %D%/azimuthal_tiles.h \
  plugins/azimuthal/matrix_make.c plugins/azimuthal/matrix_place.c plugins/azimuthal/matrix_tiles.c plugins/azimuthal/setup_rows.c plugins/azimuthal/setup_kernel.c \
  plugins/azimuthal/matrix_sum.c plugins/azimuthal/batch.c plugins/azimuthal/batch.h plugins/azimuthal/totals.c \
  plugins/azimuthal/kernel.c plugins/azimuthal/processor.c plugins/azimuthal/integrator.c plugins/azimuthal/accumulate.c plugins/azimuthal/split.c \
  plugins/shared/geometry.c plugins/shared/values.c
%C%_azimuthal_batch_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_azimuthal_batch_CFLAGS = $(PLUGIN_TEST_CFLAGS) -fno-math-errno -fno-trapping-math
%C%_azimuthal_batch_LDADD = $(PLUGIN_TEST_LIBS)

%C%_calorimetry_SOURCES = %D%/calorimetry.c %D%/calorimetry.h %D%/scattering.h plugins/calorimetry/sapphire.c
%C%_calorimetry_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_calorimetry_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_calorimetry_LDADD = $(PLUGIN_TEST_LIBS)

%C%_calorimetry_read_SOURCES = %D%/calorimetry_read.c %D%/calorimetry.h %D%/scattering.h
%C%_calorimetry_read_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_calorimetry_read_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_calorimetry_read_LDADD = $(PLUGIN_TEST_LIBS)

%C%_calorimetry_simulated_SOURCES = %D%/calorimetry_simulated.c %D%/calorimetry.h %D%/scattering.h
%C%_calorimetry_simulated_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_calorimetry_simulated_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_calorimetry_simulated_LDADD = $(PLUGIN_TEST_LIBS)

%C%_calorimetry_steps_SOURCES = %D%/calorimetry_steps.c %D%/calorimetry.h %D%/scattering.h plugins/calorimetry/sapphire.c
%C%_calorimetry_steps_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_calorimetry_steps_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_calorimetry_steps_LDADD = $(PLUGIN_TEST_LIBS)

%C%_columns_SOURCES = %D%/columns.c plugins/columns/label.c
%C%_columns_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_columns_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_columns_LDADD = $(PLUGIN_TEST_LIBS)

%C%_columns_header_SOURCES = %D%/columns_header.c
%C%_columns_header_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_columns_header_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_columns_header_LDADD = $(PLUGIN_TEST_LIBS)

%C%_columns_write_SOURCES = %D%/columns_write.c
%C%_columns_write_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_columns_write_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_columns_write_LDADD = $(PLUGIN_TEST_LIBS)

%C%_connection_modes_SOURCES = %D%/connection_modes.c %D%/connection_modes.h %D%/scattering.h \
  plugins/connection_modes/areas.c plugins/connection_modes/peaks.c plugins/connection_modes/solve.c \
  plugins/connection_modes/peak_descent.c plugins/connection_modes/peak_lanes.c \
  plugins/connection_modes/peak_sums.c plugins/connection_modes/trust_region.c \
  plugins/shared/fit.c plugins/shared/normal_fit.c
%C%_connection_modes_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_connection_modes_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_connection_modes_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_connection_modes_descent_SOURCES = %D%/connection_modes_descent.c plugins/connection_modes/areas.c \
  plugins/connection_modes/peak_descent.c plugins/connection_modes/peaks.c plugins/connection_modes/peak_sums.c \
  plugins/connection_modes/trust_region.c plugins/shared/fit.c plugins/shared/normal_fit.c
%C%_connection_modes_descent_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_connection_modes_descent_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_connection_modes_descent_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_connection_modes_series_SOURCES = %D%/connection_modes_series.c %D%/connection_modes.h %D%/scattering.h \
  plugins/connection_modes/peaks.c tests/model_series.c tests/model_series.h \
  plugins/simulate/structure.c plugins/simulate/structure.h plugins/simulate/crystal.c plugins/simulate/crystal.h
%C%_connection_modes_series_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_connection_modes_series_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_connection_modes_series_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_corrections_SOURCES = %D%/corrections.c %D%/corrections.h %D%/scattering.h
%C%_corrections_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_corrections_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_corrections_LDADD = $(PLUGIN_TEST_LIBS)

%C%_corrections_input_SOURCES = %D%/corrections_input.c %D%/corrections.h %D%/scattering.h
%C%_corrections_input_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_corrections_input_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_corrections_input_LDADD = $(PLUGIN_TEST_LIBS)

%C%_corrections_numerics_SOURCES = %D%/corrections_numerics.c %D%/corrections.h %D%/scattering.h \
  plugins/corrections/slab.c plugins/corrections/cylinder.c plugins/corrections/double_scattering.c \
  plugins/corrections/isotropic.c
%C%_corrections_numerics_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_corrections_numerics_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_corrections_numerics_LDADD = $(PLUGIN_TEST_LIBS)

%C%_figure_SOURCES = %D%/figure.c plugins/figure/label.c
%C%_figure_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_figure_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_figure_LDADD = $(PLUGIN_TEST_LIBS)

%C%_fit_SOURCES = %D%/fit.c %D%/nist_problems.c %D%/nist_problems.h plugins/shared/fit.c plugins/shared/fit.h plugins/shared/normal_fit.c
%C%_fit_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_fit_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_fit_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_covariance_SOURCES = %D%/covariance.c %D%/fourier.h %D%/fourier_curve.h plugins/fourier/integral.c \
  plugins/fourier/lanes.c plugins/fourier/sine_sum.c plugins/fourier/sine_terms.c plugins/fourier/sine_transform.c \
  plugins/shared/covariance.c
%C%_covariance_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_covariance_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_covariance_LDADD = $(PLUGIN_TEST_LIBS)

%C%_fourier_SOURCES = %D%/fourier.c %D%/fourier.h %D%/fourier_curve.h plugins/fourier/integral.c \
  plugins/fourier/lanes.c plugins/fourier/sine_sum.c plugins/fourier/sine_terms.c plugins/shared/covariance.c \
  plugins/fourier/sine_transform.c
%C%_fourier_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_fourier_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_fourier_LDADD = $(PLUGIN_TEST_LIBS)

%C%_fourier_convert_SOURCES = %D%/fourier_convert.c %D%/fourier.h
%C%_fourier_convert_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_fourier_convert_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_fourier_convert_LDADD = $(PLUGIN_TEST_LIBS)

%C%_fourier_low_r_SOURCES = %D%/fourier_low_r.c %D%/fourier.h
%C%_fourier_low_r_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_fourier_low_r_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_fourier_low_r_LDADD = $(PLUGIN_TEST_LIBS)

%C%_fourier_real_space_SOURCES = %D%/fourier_real_space.c %D%/fourier.h %D%/fourier_curve.h \
  plugins/fourier/integral.c plugins/fourier/lanes.c plugins/fourier/sine_covariance.c plugins/fourier/sine_sum.c \
  plugins/fourier/sine_terms.c plugins/shared/covariance.c plugins/fourier/sine_transform.c
%C%_fourier_real_space_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_fourier_real_space_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_fourier_real_space_LDADD = $(PLUGIN_TEST_LIBS)

%C%_images_SOURCES = %D%/images.c %D%/images_make.c %D%/images_make.h %D%/images_tiff.c %D%/images_damaged.c %D%/images_rows.c \
  plugins/images/edf.c plugins/images/file.c plugins/images/fit2d.c plugins/images/header.c \
  plugins/images/pixels.c plugins/images/read_image.c plugins/images/read_image_header.c plugins/shared/time_text.c \
  plugins/images/tiff.c plugins/images/tiff_messages.c plugins/images/tiff_pixels.c plugins/images/tiff_write.c \
  plugins/shared/invalid.c
%C%_images_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_images_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_images_LDADD = $(PLUGIN_TEST_LIBS)

%C%_indentation_SOURCES = %D%/indentation.c %D%/indentation.h plugins/indentation/unload.c plugins/indentation/area.c \
  plugins/shared/fit.c plugins/shared/normal_fit.c
%C%_indentation_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/plugins
%C%_indentation_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_indentation_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_indentation_read_SOURCES = %D%/indentation_read.c %D%/indentation.h %D%/indentation_make.c \
  %D%/indentation_make.h plugins/indentation/tests.c plugins/indentation/column.c plugins/indentation/lines.c \
  plugins/indentation/delimited.c plugins/indentation/hysitron.c plugins/indentation/fischerscope.c \
  plugins/indentation/nanosuite.c plugins/indentation/workbook.c plugins/indentation/ole2.c \
  plugins/indentation/xls.c plugins/indentation/xlsx.c plugins/columns/text.c
%C%_indentation_read_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/plugins
%C%_indentation_read_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(ZIP_CFLAGS) $(EXPAT_CFLAGS)
%C%_indentation_read_LDADD = $(PLUGIN_TEST_LIBS) $(ZIP_LIBS) $(EXPAT_LIBS)

%C%_indentation_recipe_SOURCES = %D%/indentation_recipe.c %D%/indentation.h
%C%_indentation_recipe_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_indentation_recipe_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_indentation_recipe_LDADD = $(PLUGIN_TEST_LIBS)

%C%_indentation_simulated_SOURCES = %D%/indentation_simulated.c %D%/indentation.h
%C%_indentation_simulated_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_indentation_simulated_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_indentation_simulated_LDADD = $(PLUGIN_TEST_LIBS)

%C%_indentation_uncertainty_SOURCES = %D%/indentation_uncertainty.c %D%/indentation.h
%C%_indentation_uncertainty_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_indentation_uncertainty_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_indentation_uncertainty_LDADD = $(PLUGIN_TEST_LIBS)

%C%_indentation_vendors_SOURCES = %D%/indentation_vendors.c %D%/indentation.h
%C%_indentation_vendors_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_indentation_vendors_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_indentation_vendors_LDADD = $(PLUGIN_TEST_LIBS)

%C%_masks_SOURCES = %D%/masks.c %D%/masks.h %D%/azimuthal.h
%C%_masks_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_masks_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_masks_LDADD = $(PLUGIN_TEST_LIBS)

%C%_masks_outliers_SOURCES = %D%/masks_outliers.c %D%/masks.h %D%/azimuthal.h
%C%_masks_outliers_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_masks_outliers_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_masks_outliers_LDADD = $(PLUGIN_TEST_LIBS)

%C%_nexus_SOURCES = %D%/nexus.c
%C%_nexus_CPPFLAGS = $(TEST_CPPFLAGS) -DH5_USE_110_API
%C%_nexus_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_nexus_LDADD = $(PLUGIN_TEST_LIBS)

%C%_normalise_SOURCES = %D%/normalise.c %D%/scattering.h plugins/scattering/atoms.c
%C%_normalise_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_normalise_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_normalise_LDADD = $(PLUGIN_TEST_LIBS)

%C%_normalise_glasses_SOURCES = %D%/normalise_glasses.c %D%/scattering.h
%C%_normalise_glasses_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_normalise_glasses_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_normalise_glasses_LDADD = $(PLUGIN_TEST_LIBS)

%C%_normalise_low_r_SOURCES = %D%/normalise_low_r.c %D%/scattering.h plugins/scattering/atoms.c \
  plugins/scattering/conditions.c plugins/scattering/low_r_sums.c plugins/scattering/low_r_terms.c \
  plugins/scattering/normalisation.c
%C%_normalise_low_r_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_normalise_low_r_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_normalise_low_r_LDADD = $(PLUGIN_TEST_LIBS)

%C%_normalise_scales_SOURCES = %D%/normalise_scales.c %D%/scattering.h plugins/scattering/atoms.c
%C%_normalise_scales_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_normalise_scales_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_normalise_scales_LDADD = $(PLUGIN_TEST_LIBS)

%C%_pillars_SOURCES = %D%/pillars.c %D%/indentation.h plugins/pillars/compression.c
%C%_pillars_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/plugins
%C%_pillars_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_pillars_LDADD = $(PLUGIN_TEST_LIBS)

%C%_polynomial_SOURCES = %D%/polynomial.c %D%/scattering.h plugins/scattering/polynomial_fit.c
%C%_polynomial_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_polynomial_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_polynomial_LDADD = $(PLUGIN_TEST_LIBS)

%C%_scattering_SOURCES = %D%/scattering.c %D%/scattering.h plugins/scattering/atoms.c \
  plugins/shared/atomic_weights.c plugins/scattering/waasmaier_kirfel.c
%C%_scattering_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_scattering_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_scattering_LDADD = $(PLUGIN_TEST_LIBS)

%C%_series_SOURCES = %D%/series.c
%C%_series_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_series_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_series_LDADD = $(PLUGIN_TEST_LIBS)

%C%_series_headers_SOURCES = %D%/series_headers.c plugins/images/edf.c plugins/images/file.c plugins/images/fit2d.c \
  plugins/images/header.c plugins/images/pixels.c plugins/images/tiff.c plugins/images/tiff_messages.c \
  plugins/images/tiff_pixels.c plugins/shared/time_text.c
%C%_series_headers_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_series_headers_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_series_headers_LDADD = $(PLUGIN_TEST_LIBS)

%C%_series_log_SOURCES = %D%/series_log.c plugins/series/log_curve.c plugins/masks/median.c plugins/shared/time_text.c
%C%_series_log_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_series_log_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_series_log_LDADD = $(PLUGIN_TEST_LIBS)

# S(Q, T) and G(r, T) of the model glass, for tests of what is made of them; these link GSL.
MODEL_SERIES = tests/model_series.c tests/model_series.h plugins/simulate/structure.c plugins/simulate/structure.h \
  plugins/simulate/crystal.c plugins/simulate/crystal.h

plugin_tests += %D%/metrics %D%/metrics_curves %D%/metrics_glass %D%/metrics_maxima %D%/metrics_model
%C%_metrics_SOURCES = %D%/metrics.c %D%/scattering.h
%C%_metrics_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_metrics_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_metrics_LDADD = $(PLUGIN_TEST_LIBS)

%C%_metrics_curves_SOURCES = %D%/metrics_curves.c %D%/scattering.h
%C%_metrics_curves_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_metrics_curves_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_metrics_curves_LDADD = $(PLUGIN_TEST_LIBS)

%C%_metrics_glass_SOURCES = %D%/metrics_glass.c %D%/scattering.h tests/recipes/peers.h
%C%_metrics_glass_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_metrics_glass_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_metrics_glass_LDADD = $(PLUGIN_TEST_LIBS)

%C%_metrics_maxima_SOURCES = %D%/metrics_maxima.c %D%/scattering.h $(MODEL_SERIES)
%C%_metrics_maxima_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_metrics_maxima_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_metrics_maxima_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_metrics_model_SOURCES = %D%/metrics_model.c %D%/scattering.h $(MODEL_SERIES)
%C%_metrics_model_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_metrics_model_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_metrics_model_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

plugin_tests += %D%/trends %D%/trends_numerics %D%/trends_series
%C%_trends_SOURCES = %D%/trends.c
%C%_trends_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_trends_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_trends_LDADD = $(PLUGIN_TEST_LIBS)

%C%_trends_numerics_SOURCES = %D%/trends_numerics.c plugins/trends/kink.c plugins/trends/pspline.c
%C%_trends_numerics_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_trends_numerics_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_trends_numerics_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

%C%_trends_series_SOURCES = %D%/trends_series.c $(MODEL_SERIES)
%C%_trends_series_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_trends_series_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_trends_series_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)

plugin_tests += %D%/simulate %D%/simulate_frames
%C%_simulate_SOURCES = %D%/simulate.c tests/recipes/table.h plugins/simulate/structure.c \
  plugins/simulate/structure.h plugins/simulate/crystal.c plugins/simulate/crystal.h
%C%_simulate_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_simulate_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_simulate_LDADD = $(PLUGIN_TEST_LIBS)

%C%_simulate_frames_SOURCES = %D%/simulate_frames.c plugins/simulate/counts.c plugins/simulate/counts.h
%C%_simulate_frames_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_simulate_frames_CFLAGS = $(PLUGIN_TEST_CFLAGS) $(GSL_CFLAGS)
%C%_simulate_frames_LDADD = $(PLUGIN_TEST_LIBS) $(GSL_LIBS)
