# <torch/torch.h> takes 20 s to read: precompiled once, and used by the sources that read it. A source
# that does without compiles in 2 s, and in 10 s with it.

# pincel_precompile(TARGET): uses the header of pincel_torch for the sources of TARGET that include
# <torch/torch.h> or most of it, themselves or through one header of ours.
function(pincel_precompile target)
  set(wanted "<torch/(torch|nn|types)|<ATen/ATen")
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}"
    "${PROJECT_SOURCE_DIR}/*/*.h" "${PROJECT_SOURCE_DIR}/*/*/*.h")
  foreach(header ${headers})
    file(STRINGS "${PROJECT_SOURCE_DIR}/${header}" found REGEX "^#include <torch/(torch|nn|types)")
    if(found)
      string(APPEND wanted "|\"${header}\"")
    endif()
  endforeach()
  get_target_property(sources ${target} SOURCES)
  set(without ${sources})
  foreach(source ${sources})
    file(STRINGS "${source}" found REGEX "^#include (${wanted})")
    if(found)
      list(REMOVE_ITEM without "${source}")
    endif()
  endforeach()
  if(NOT without STREQUAL sources)
    set_source_files_properties(${without} TARGET_DIRECTORY ${target}
      PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    target_precompile_headers(${target} REUSE_FROM pincel_torch)
  endif()
endfunction()
