plugin_LTLIBRARIES += %D%/corrections.la
%C%_corrections_la_SOURCES = %D%/corrections.c %D%/corrections.h %D%/absorption.c \
	%D%/attenuate_background.c %D%/attenuation.c %D%/compton_attenuation.c %D%/container.c %D%/fluorescence.c \
	%D%/multiple_scattering.c %D%/sample.c %D%/sample.h %D%/once.c %D%/columns.c %D%/material.c %D%/material.h \
	%D%/slab.c %D%/slab.h %D%/cylinder.c %D%/cylinder.h \
	%D%/double_scattering.c %D%/double_scattering.h %D%/isotropic.c %D%/isotropic.h \
	plugins/shared/lookup.c plugins/shared/lookup.h \
	plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h
%C%_corrections_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
# Square roots of many numbers at once: the same bits, errno and exceptions aside.
%C%_corrections_la_CFLAGS = $(AM_CFLAGS) -fno-math-errno -fno-trapping-math $(XRL_CFLAGS)
%C%_corrections_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_corrections_la_LIBADD = $(XRL_LIBS) -lm
