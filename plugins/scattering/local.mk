plugin_LTLIBRARIES += %D%/scattering.la
%C%_scattering_la_SOURCES = %D%/scattering.c %D%/scattering.h %D%/background.c %D%/compton.c %D%/extrapolate.c \
	%D%/find_scale.c %D%/form_factors.c %D%/normalise.c %D%/normalise.h %D%/polynomial.c \
	%D%/conditions.c %D%/low_r_terms.c %D%/low_r_sums.c %D%/low_r_sums.h %D%/low_r_sums_body.h plugins/shared/unroll.h %D%/normalisation.c %D%/normalisation.h %D%/points.c %D%/points.h \
	%D%/polynomial_fit.c %D%/polynomial_fit.h %D%/form_tables.c %D%/form_tables.h \
	%D%/waasmaier_kirfel.c %D%/waasmaier_kirfel.h plugins/shared/lookup.c plugins/shared/lookup.h %D%/atoms.c %D%/atoms.h \
	plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h
%C%_scattering_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
# Square roots of many numbers at once: the same bits, errno and exceptions aside.
%C%_scattering_la_CFLAGS = $(AM_CFLAGS) -fno-math-errno -fno-trapping-math $(XRL_CFLAGS)
%C%_scattering_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_scattering_la_LIBADD = $(XRL_LIBS) -lm
