plugin_LTLIBRARIES += %D%/simulate.la
%C%_simulate_la_SOURCES = %D%/ring_pattern.c plugins/shared/geometry.c plugins/shared/geometry.h
%C%_simulate_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_simulate_la_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
%C%_simulate_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_simulate_la_LIBADD = $(GSL_LIBS) -lm
