plugin_LTLIBRARIES += %D%/metrics.la
%C%_metrics_la_SOURCES = %D%/metrics.c %D%/metrics.h %D%/fsdp.c %D%/shells.c %D%/difference.c %D%/slope.c \
  %D%/value_at.c %D%/maxima.c %D%/points.c %D%/points.h %D%/local_fit.c %D%/local_fit.h \
  plugins/shared/axes.c plugins/shared/axes.h plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h plugins/shared/lookup.c plugins/shared/lookup.h \
  plugins/shared/covariance.c plugins/shared/covariance.h
%C%_metrics_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
# Square roots of many numbers at once: the same bits, errno and exceptions aside.
%C%_metrics_la_CFLAGS = $(AM_CFLAGS) -fno-math-errno -fno-trapping-math
%C%_metrics_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_metrics_la_LIBADD = -lm
