# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -DVERSION=0.1.0 -DSOURCE=FOLDER -DOUTPUT=F.h [-DPLAIN=ON] -P version.cmake
# Writes a header with the version that --version prints:
#   0.1.0                        what was tagged v0.1.0, a folder without .git, or where PLAIN is asked for
#   0.1.0+12.g1a2b3c4d5e         12 commits after that tag
#   0.1.0+g1a2b3c4d5e            of a history without that tag
#   ….dirty                       files differ from the commit
# A header that says so already is left untouched, so that nothing is compiled again.
cmake_minimum_required(VERSION 3.25)
set(full ${VERSION})
set(described "")
if(NOT PLAIN AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND git -C "${SOURCE}" describe --match "v${VERSION}" --long --always --abbrev=10 --dirty=.dirty
                  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(described MATCHES "^v.*-0-g[0-9a-f]+$")
  # The release itself.
elseif(described MATCHES "^v.*-([0-9]+)-(g[0-9a-f]+.*)$")
  string(APPEND full "+${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
elseif(described MATCHES "^[0-9a-f]+(\\.dirty)?$")
  string(APPEND full "+g${described}")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY
     CONTENT "/* Written by cmake/version.cmake. */\n#define ASAPHASE_VERSION \"${full}\"\n")
