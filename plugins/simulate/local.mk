plugin_LTLIBRARIES += %D%/simulate.la
%C%_simulate_la_SOURCES = %D%/simulate.c %D%/simulate.h %D%/ring_pattern.c %D%/structure.c %D%/structure.h \
	%D%/crystal.c %D%/crystal.h %D%/intensity.c %D%/intensity.h %D%/model.c %D%/truth.c %D%/truth.h \
	%D%/schedule.c %D%/schedule.h %D%/panel.c %D%/frame.c %D%/detector.c %D%/detector.h %D%/counts.c %D%/counts.h \
	%D%/record.c %D%/record.h %D%/manifest.c \
	plugins/corrections/double_scattering.c plugins/corrections/double_scattering.h \
	plugins/corrections/slab.c plugins/corrections/slab.h plugins/corrections/material.c plugins/corrections/material.h \
	plugins/scattering/atoms.c plugins/scattering/atoms.h \
	plugins/shared/geometry.c plugins/shared/geometry.h plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h \
	plugins/shared/time_text.c plugins/shared/time_text.h
%C%_simulate_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_simulate_la_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS) $(XRL_CFLAGS)
%C%_simulate_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_simulate_la_LIBADD = $(GSL_LIBS) $(XRL_LIBS) -lm
