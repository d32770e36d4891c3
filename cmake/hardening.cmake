# SPDX-License-Identifier: GPL-2.0-or-later
# What a program that reads packets from the Internet is built with. tests/hardening/check looks for it in the built files.
# Not beside the sanitizers, which replace half of it, and FORTIFY only where the optimiser runs.
include(CheckCCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
if(NOT ASAPHASE_SANITIZE AND NOT ASAPHASE_SANITIZE_THREADS)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection)
  check_c_compiler_flag(-fcf-protection=full HAVE_CF_PROTECTION)
  if(HAVE_CF_PROTECTION)
    add_compile_options(-fcf-protection=full)
  endif()
  if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
    # Compilers that do not know level 3 take it for 2. A distribution's own choice is taken back first.
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
endif()
