plugin_LTLIBRARIES += %D%/connection_modes.la
%C%_connection_modes_la_SOURCES = %D%/connection_modes.c %D%/connection_modes.h %D%/modes.c \
  %D%/modes_fit.c %D%/modes_out.c %D%/cluster_radius.c %D%/metallic_radii.c %D%/metallic_radii.h %D%/window.c %D%/window.h \
  %D%/peaks.c %D%/peaks.h %D%/solve.c %D%/solve.h %D%/areas.c %D%/areas.h \
  %D%/peak_descent.c %D%/peak_descent.h %D%/peak_sums.c %D%/peak_sums.h %D%/peak_lanes.c %D%/peak_lanes.h \
  %D%/peak_lanes_body.h plugins/shared/unroll.h %D%/trust_region.c %D%/trust_region.h \
  plugins/shared/fit.c plugins/shared/fit.h plugins/shared/normal_fit.c plugins/shared/normal_fit.h plugins/shared/lookup.c plugins/shared/lookup.h \
  plugins/shared/covariance.c plugins/shared/covariance.h
%C%_connection_modes_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_connection_modes_la_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
%C%_connection_modes_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_connection_modes_la_LIBADD = $(GSL_LIBS) -lm
