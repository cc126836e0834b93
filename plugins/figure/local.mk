plugin_LTLIBRARIES += %D%/figure.la
%C%_figure_la_SOURCES = %D%/figure.c %D%/figure.h %D%/data.c %D%/draw.c %D%/label.c %D%/script.c
%C%_figure_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_figure_la_CFLAGS = $(AM_CFLAGS)
%C%_figure_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_figure_la_LIBADD = -lm
