# Tests of plugins, a program a subject: they run steps as recipes do (tests/step.h), and some link the
# plugin's own numerics beside.   Libraries of all plugins are at hand.
PLUGIN_TEST_CFLAGS = $(CORE_CFLAGS) $(FFTW_CFLAGS) $(HDF5_CFLAGS) $(TIFF_CFLAGS) $(XRL_CFLAGS)
PLUGIN_TEST_LIBS = tests/libstep.la $(FFTW_LIBS) $(HDF5_LIBS) $(TIFF_LIBS) $(XRL_LIBS) -lm

plugin_tests += %D%/azimuthal %D%/azimuthal_cake %D%/azimuthal_converter %D%/azimuthal_frames \
  %D%/azimuthal_poni %D%/columns %D%/columns_header %D%/columns_write %D%/corrections %D%/corrections_input \
  %D%/corrections_numerics %D%/figure %D%/fourier %D%/fourier_convert %D%/fourier_low_r %D%/fourier_real_space \
  %D%/images %D%/masks %D%/masks_outliers %D%/nexus %D%/normalise %D%/normalise_glasses %D%/normalise_low_r \
  %D%/normalise_scales %D%/polynomial %D%/scattering %D%/series

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

%C%_fourier_SOURCES = %D%/fourier.c %D%/fourier.h %D%/fourier_curve.h plugins/fourier/integral.c \
  plugins/fourier/sine_sum.c plugins/fourier/sine_transform.c
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
  plugins/fourier/integral.c plugins/fourier/sine_covariance.c plugins/fourier/sine_sum.c \
  plugins/fourier/sine_transform.c
%C%_fourier_real_space_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_fourier_real_space_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_fourier_real_space_LDADD = $(PLUGIN_TEST_LIBS)

%C%_images_SOURCES = %D%/images.c %D%/images_make.c %D%/images_make.h %D%/images_tiff.c %D%/images_damaged.c \
  plugins/images/edf.c plugins/images/file.c plugins/images/fit2d.c plugins/images/pixels.c \
  plugins/images/read_image.c plugins/images/tiff.c plugins/images/tiff_messages.c plugins/images/tiff_write.c
%C%_images_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_images_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_images_LDADD = $(PLUGIN_TEST_LIBS)

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
  plugins/scattering/conditions.c plugins/scattering/normalisation.c
%C%_normalise_low_r_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_normalise_low_r_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_normalise_low_r_LDADD = $(PLUGIN_TEST_LIBS)

%C%_normalise_scales_SOURCES = %D%/normalise_scales.c %D%/scattering.h plugins/scattering/atoms.c
%C%_normalise_scales_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_normalise_scales_CFLAGS = $(PLUGIN_TEST_CFLAGS)
%C%_normalise_scales_LDADD = $(PLUGIN_TEST_LIBS)

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
