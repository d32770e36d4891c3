# SPDX-License-Identifier: GPL-2.0-or-later
# Debian packages by CPack: cmake --preset deb && cmake --build --preset deb && cpack --preset deb

# What is built on a release needs that release's libraries, and gives way to what is built on the next one.
file(STRINGS /etc/os-release DEBIAN_RELEASE REGEX "^VERSION_ID=")
string(REGEX REPLACE "[^0-9.]" "" DEBIAN_RELEASE "${DEBIAN_RELEASE}")
set(ASAPHASE_PACKAGE_REVISION "1~deb${DEBIAN_RELEASE}" CACHE STRING "Debian revision of the packages")
set(ASAPHASE_PACKAGE_CONTACT "asaphase maintainers <maintainers@asaphase.example.org>" CACHE STRING
    "Who is named as the packages' maintainer")

# The names of the components as CPack writes them in its variables.
set(COMPONENTS asaphase)
set(PACKAGE_OF_asaphase asaphase)
if(TARGET asaphase-wireshark)
  list(APPEND COMPONENTS wireshark-plugin)
  set(PACKAGE_OF_wireshark-plugin asaphase-wireshark)
endif()
if(TARGET asaphased)
  list(APPEND COMPONENTS daemon)
  set(PACKAGE_OF_daemon asaphased)
endif()

# ---- what each holds besides what the component installs ----

string(TIMESTAMP PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
foreach(component IN LISTS COMPONENTS)
  set(package ${PACKAGE_OF_${component}})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${package})
  configure_file(debian/changelog.in ${folder}/changelog.Debian @ONLY)
  compress(${folder}/changelog.Debian ${folder}/changelog.Debian.gz)
  install(FILES ${folder}/changelog.Debian.gz debian/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package}
          COMPONENT ${component})
endforeach()

set(DOCS ${PROJECT_SOURCE_DIR}/docs)
compress(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz ${DOCS}/user.md ${DOCS}/causes.md ${DOCS}/json.md
              ${DOCS}/report.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/asaphase COMPONENT asaphase)
install(FILES ${PROJECT_SOURCE_DIR}/tests/captures/ikev2-psk-wrong-cbc.pcap
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/asaphase/examples COMPONENT asaphase)

# ---- what they are called, and what they need ----

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME asaphase)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# Each has its own first line.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_CONTACT "${ASAPHASE_PACKAGE_CONTACT}")
set(CPACK_COMPONENTS_ALL ${COMPONENTS})
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
# Some folders are Wireshark's and systemd's, not below the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${ASAPHASE_PACKAGE_REVISION})
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
    WORLD_EXECUTE)

set(CPACK_DEBIAN_ASAPHASE_PACKAGE_NAME asaphase)
set(CPACK_DEBIAN_ASAPHASE_PACKAGE_SUGGESTS "asaphase-wireshark, asaphased")
set(CPACK_DEBIAN_ASAPHASE_DESCRIPTION "say from packets which phase of an IPsec tunnel failed
An IPsec tunnel between a Cisco ASA and somebody else does not come up, or
carries traffic one way. This command answers from a capture, without keys:
which phase failed, why, how sure that is, what an ASA would show and log,
and what to type next on each side. It also explains pasted ASA logs and
show output.")

# Wireshark looks for plugins in a folder named after its series, and loads none of another series. wireshark-common is what
# wireshark and tshark both need.
if(TARGET asaphase-wireshark)
  get_directory_property(SERIES DIRECTORY ${PROJECT_SOURCE_DIR}/wireshark-plugin DEFINITION WIRESHARK_SERIES)
  string(REGEX MATCH "^([0-9]+)\\.([0-9]+)$" SERIES "${SERIES}")
  math(EXPR NEXT_MINOR "${CMAKE_MATCH_2} + 1")
  set(CPACK_DEBIAN_WIRESHARK-PLUGIN_PACKAGE_NAME asaphase-wireshark)
  set(CPACK_DEBIAN_WIRESHARK-PLUGIN_PACKAGE_DEPENDS
      "wireshark-common (>= ${SERIES}), wireshark-common (<< ${CMAKE_MATCH_1}.${NEXT_MINOR}~)")
  set(CPACK_DEBIAN_WIRESHARK-PLUGIN_PACKAGE_RECOMMENDS "wireshark | tshark")
  set(CPACK_DEBIAN_WIRESHARK-PLUGIN_PACKAGE_ENHANCES "wireshark, tshark")
  set(CPACK_DEBIAN_WIRESHARK-PLUGIN_DESCRIPTION "IPsec phases and their faults in Wireshark
Annotates IKE and ESP packets in Wireshark ${SERIES} and its tshark: which phase
of the tunnel they belong to, which failed and why, what an ASA would log and
what to type next. With tables of tunnels and SAs in the Statistics menu and
a profile of columns, colours and filter buttons.")
endif()

if(TARGET asaphased)
  set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME asaphased)
  # systemd-sysusers makes the user that it runs as; deb-systemd-helper comes with init-system-helpers; the unit reloads
  # with kill.
  set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS "init-system-helpers (>= 1.52), procps, systemd | systemd-standalone-sysusers")
  set(CPACK_DEBIAN_DAEMON_PACKAGE_RECOMMENDS asaphase)
  set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS "prometheus-node-exporter, iptables")
  # They are about the unit, the user and the configuration that the component installs.
  set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA)
  foreach(file conffiles postinst prerm postrm)
    list(APPEND CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/${file})
  endforeach()
  set(CPACK_DEBIAN_DAEMON_DESCRIPTION "count and judge the IPsec tunnels of a Linux gateway
Counts ESP per SPI as an ASA's #pkts encaps and decaps do, finds tunnels that
carry traffic one way or fail in a phase of IKE, says so in the journal and
in metrics for Prometheus. It never drops a packet, and none is lost when it
is stopped or killed.")
endif()

include(CPack)
