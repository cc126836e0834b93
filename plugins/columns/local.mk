plugin_LTLIBRARIES += %D%/columns.la
%C%_columns_la_SOURCES = %D%/columns.c %D%/finish.c %D%/finish.h %D%/columns.h %D%/read_columns.c %D%/read_column.c %D%/read_log.c %D%/log.c %D%/log.h %D%/write_columns.c \
	%D%/write_table.c %D%/write_verification.c %D%/layout.c %D%/layout.h %D%/header.c %D%/header.h \
	%D%/table.c %D%/table.h %D%/label.c %D%/label.h %D%/cells.c %D%/cells.h %D%/text.c %D%/text.h \
	plugins/shared/time_text.c plugins/shared/time_text.h
%C%_columns_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_columns_la_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS)
%C%_columns_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_columns_la_LIBADD = $(GLIB_LIBS) -lm
