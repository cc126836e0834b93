dnl SPDX-License-Identifier: GPL-3.0-or-later

dnl FRIT_CORE_IS_A_FOLDER
dnl The exit trap of every configure script runs "rm -f core *.core ... && rm -rf confdefs*": with a
dnl folder of that name the first fails, and confdefs.h would outlive distclean.  A shell function
dnl in front of rm drops the argument.
AC_DEFUN([FRIT_CORE_IS_A_FOLDER], [
rm ()
{
  _frit_args=
  for _frit_arg
  do
    test "x$_frit_arg" = xcore || _frit_args="$_frit_args '$_frit_arg'"
  done
  eval "command rm $_frit_args"
}
])

dnl FRIT_CHECK_LUA
dnl Lua has no .pc file of its own; distributions disagree on its name.
AC_DEFUN([FRIT_CHECK_LUA], [
PKG_CHECK_MODULES([LUA], [lua5.4], [],
  [PKG_CHECK_MODULES([LUA], [lua-5.4], [],
    [PKG_CHECK_MODULES([LUA], [lua54], [],
      [PKG_CHECK_MODULES([LUA], [lua >= 5.4 lua < 5.5])])])])
])

dnl FRIT_CHECK_UDUNITS
dnl Debian ships udunits without a .pc file; others with one, and in a folder of its own.
AC_DEFUN([FRIT_CHECK_UDUNITS], [
AC_CHECK_HEADER([udunits2.h], [UDUNITS_CFLAGS=],
  [AC_CHECK_HEADER([udunits2/udunits2.h], [UDUNITS_CFLAGS=-I/usr/include/udunits2],
    [AC_MSG_ERROR([udunits2.h not found (Debian: libudunits2-dev)])])])
AC_CHECK_LIB([udunits2], [ut_read_xml], [UDUNITS_LIBS=-ludunits2],
  [AC_MSG_ERROR([libudunits2 not found (Debian: libudunits2-dev)])])
AC_SUBST([UDUNITS_CFLAGS])
AC_SUBST([UDUNITS_LIBS])
])

dnl FRIT_CHECK_HDF5
dnl The serial library: Debian's .pc file is hdf5-serial beside a parallel one, elsewhere it is hdf5; older
dnl installations have none.
AC_DEFUN([FRIT_CHECK_HDF5], [
PKG_CHECK_MODULES([HDF5], [hdf5-serial >= 1.10], [],
  [PKG_CHECK_MODULES([HDF5], [hdf5 >= 1.10], [],
    [AC_CHECK_HEADER([hdf5.h], [HDF5_CFLAGS=],
      [AC_CHECK_HEADER([hdf5/serial/hdf5.h], [HDF5_CFLAGS=-I/usr/include/hdf5/serial],
        [AC_MSG_ERROR([hdf5.h not found (Debian: libhdf5-dev)])])])
    AC_CHECK_LIB([hdf5], [H5Dopen2], [HDF5_LIBS=-lhdf5],
      [AC_CHECK_LIB([hdf5_serial], [H5Dopen2], [HDF5_LIBS=-lhdf5_serial],
        [AC_MSG_ERROR([libhdf5 not found (Debian: libhdf5-dev)])])])])])
AC_SUBST([HDF5_CFLAGS])
AC_SUBST([HDF5_LIBS])
])
