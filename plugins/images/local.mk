plugin_LTLIBRARIES += %D%/images.la
%C%_images_la_SOURCES = \
	%D%/edf.c \
	%D%/file.c \
	%D%/fit2d.c \
	%D%/header.c \
	%D%/header.h \
	%D%/images.c \
	%D%/images.h \
	%D%/pixels.c \
	%D%/read_image.c \
	%D%/read_image_header.c \
	%D%/tiff.c \
	%D%/tiff.h \
	%D%/tiff_messages.c \
	%D%/tiff_messages.h \
	%D%/tiff_pixels.c \
	%D%/tiff_write.c \
	%D%/write_image.c \
	plugins/shared/invalid.c plugins/shared/invalid.h plugins/shared/time_text.c plugins/shared/time_text.h
%C%_images_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_images_la_CFLAGS = $(AM_CFLAGS) $(TIFF_CFLAGS)
%C%_images_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_images_la_LIBADD = $(TIFF_LIBS) -lm
