plugin_LTLIBRARIES += %D%/fourier.la
%C%_fourier_la_SOURCES = %D%/fourier.c %D%/fourier.h %D%/transform.c %D%/inverse_transform.c \
  %D%/pair_distribution.c %D%/clean_low_r.c %D%/fourier_filter.c %D%/low_r.c %D%/low_r.h \
  %D%/convert.c %D%/convert.h %D%/convert_pdf.c %D%/convert_structure_factor.c \
  %D%/density.c %D%/integral.c %D%/integral.h %D%/sine_sum.c %D%/sine_sum.h \
  %D%/lanes.c %D%/lanes.h %D%/lanes_body.h plugins/shared/unroll.h \
  %D%/sine_transform.c %D%/sine_transform.h %D%/sine_private.h %D%/sine_terms.c \
  %D%/sine_covariance.c plugins/shared/covariance.c plugins/shared/covariance.h \
  plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h
%C%_fourier_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_fourier_la_CFLAGS = $(AM_CFLAGS) $(FFTW_CFLAGS) $(GSL_CFLAGS)
%C%_fourier_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_fourier_la_LIBADD = $(FFTW_LIBS) $(GSL_LIBS) -lm
