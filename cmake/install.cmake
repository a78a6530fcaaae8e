# cmake --install: the program, what it reads while it runs, and the libraries for other projects
# (find_package(pincel) then gives pincel::core ... pincel::generator).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(pincel_config_folder "${CMAKE_INSTALL_LIBDIR}/cmake/pincel")

if(TARGET pincel)
  set_target_properties(pincel PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS pincel RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
foreach(folder guidance/weights generator/weights prompts/weights configs)
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}")
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}/"
      DESTINATION "${CMAKE_INSTALL_DATADIR}/pincel/${folder}")
  endif()
endforeach()

set(exported pincel_fmt pincel_torch)
set_target_properties(pincel_torch PROPERTIES EXPORT_NAME torch)
foreach(folder core scenes prompts guidance generator)
  if(TARGET pincel_${folder})
    list(APPEND exported pincel_${folder})
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}"
      DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/pincel"
      FILES_MATCHING PATTERN "*.h" PATTERN "*.inc" PATTERN weights EXCLUDE)
  endif()
endforeach()
install(TARGETS ${exported} EXPORT pincelTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT pincelTargets NAMESPACE pincel:: DESTINATION "${pincel_config_folder}")
configure_package_config_file(cmake/pincelConfig.cmake.in
  "${PROJECT_BINARY_DIR}/pincelConfig.cmake" INSTALL_DESTINATION "${pincel_config_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/pincelConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/pincelConfig.cmake"
  "${PROJECT_BINARY_DIR}/pincelConfigVersion.cmake" cmake/FindLibtorch.cmake
  DESTINATION "${pincel_config_folder}")
