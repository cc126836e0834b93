plugin_LTLIBRARIES += %D%/nexus.la
%C%_nexus_la_SOURCES = %D%/nexus.c %D%/nexus.h %D%/write_nexus.c %D%/file.c %D%/file.h %D%/read_nexus.c \
	%D%/find.c %D%/find.h %D%/hdf.c %D%/hdf.h \
	plugins/columns/label.c plugins/columns/label.h plugins/shared/axes.c plugins/shared/axes.h plugins/shared/invalid.c plugins/shared/invalid.h
%C%_nexus_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DH5_USE_110_API -DFRIT_VERSION='"$(PACKAGE_VERSION)"'
%C%_nexus_la_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(HDF5_CFLAGS)
%C%_nexus_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_nexus_la_LIBADD = $(HDF5_LIBS) $(GLIB_LIBS) -lpthread -lm
