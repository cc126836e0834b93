plugin_LTLIBRARIES += %D%/azimuthal.la
%C%_azimuthal_la_SOURCES = %D%/azimuthal.c %D%/azimuthal.h %D%/integrate.c %D%/pixel_geometry.c \
	%D%/calibration.c %D%/poni.c %D%/poni.h %D%/detectors.c plugins/shared/geometry.c plugins/shared/geometry.h \
	%D%/integrator.c %D%/accumulate.c %D%/integrator.h %D%/split.c %D%/split.h plugins/shared/values.c plugins/shared/values.h
%C%_azimuthal_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_azimuthal_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS)
%C%_azimuthal_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_azimuthal_la_LIBADD = $(JSON_LIBS) -lm
