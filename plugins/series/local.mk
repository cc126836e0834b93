plugin_LTLIBRARIES += %D%/series.la
%C%_series_la_SOURCES = %D%/series.c plugins/azimuthal/values.c plugins/azimuthal/values.h
%C%_series_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/plugins/azimuthal
%C%_series_la_CFLAGS = $(AM_CFLAGS)
%C%_series_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_series_la_LIBADD = -lm
