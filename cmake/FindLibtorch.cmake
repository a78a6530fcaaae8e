# Finds the C++ half of a PyTorch wheel (or an unpacked libtorch) and makes libtorch::libtorch of it.
# find_package(Torch) on that wheel wants a CUDA toolkit even for the CPU; here the CPU build links
# two libraries, and the CUDA build adds two more.
#   PINCEL_LIBTORCH      folder that holds include/ and lib/ (or torch/include and torch/lib)
#   Libtorch_ROOT_DIR    where it was found
#   Libtorch_CUDA_FOUND  it can use a GPU: the CUDA half and the libraries that it loads are there
set(PINCEL_LIBTORCH "$ENV{PINCEL_LIBTORCH}" CACHE PATH "folder with libtorch")
if(DEFINED ENV{XDG_CACHE_HOME})
  set(_libtorch_cache "$ENV{XDG_CACHE_HOME}/pincel")
else()
  set(_libtorch_cache "$ENV{HOME}/.cache/pincel")
endif()
set(_libtorch_kinds cpu cu130)
if(PINCEL_CUDA STREQUAL "ON")
  set(_libtorch_kinds cu130)
endif()
set(_libtorch_places "${PINCEL_LIBTORCH}" "${PINCEL_LIBTORCH}/torch")
if(NOT PINCEL_LIBTORCH)
  list(TRANSFORM _libtorch_kinds REPLACE "(.+)" "${_libtorch_cache}/libtorch-2.11.0-\\1/torch"
    OUTPUT_VARIABLE _libtorch_places)
endif()
# Nothing is kept from an earlier configure, which may have looked elsewhere.
foreach(_libtorch_result ROOT_DIR CPU_LIBRARY C10_LIBRARY CUDA_LIBRARY C10_CUDA_LIBRARY)
  unset(Libtorch_${_libtorch_result} CACHE)
endforeach()
find_path(Libtorch_ROOT_DIR include/torch/csrc/api/include/torch/torch.h
  PATHS ${_libtorch_places} NO_DEFAULT_PATH)
foreach(_libtorch_pair "CPU:torch_cpu" "C10:c10" "CUDA:torch_cuda" "C10_CUDA:c10_cuda")
  string(REPLACE ":" ";" _libtorch_pair "${_libtorch_pair}")
  list(GET _libtorch_pair 0 _libtorch_result)
  list(GET _libtorch_pair 1 _libtorch_name)
  find_library(Libtorch_${_libtorch_result}_LIBRARY ${_libtorch_name}
    PATHS "${Libtorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS Libtorch_ROOT_DIR Libtorch_CPU_LIBRARY Libtorch_C10_LIBRARY
  REASON_FAILURE_MESSAGE "set PINCEL_LIBTORCH, or start ./pincel, which installs it")

# The light install of the wheel has the CUDA half but not what that half loads.
file(GLOB _libtorch_cudnn "${Libtorch_ROOT_DIR}/../nvidia/cudnn/lib/libcudnn.so*"
  "${Libtorch_ROOT_DIR}/lib/libcudnn*.so*")
set(Libtorch_CUDA_FOUND FALSE)
if(Libtorch_CUDA_LIBRARY AND Libtorch_C10_CUDA_LIBRARY AND _libtorch_cudnn)
  set(Libtorch_CUDA_FOUND TRUE)
endif()

if(Libtorch_FOUND AND NOT TARGET libtorch::libtorch)
  add_library(libtorch::libtorch INTERFACE IMPORTED)
  target_include_directories(libtorch::libtorch SYSTEM INTERFACE
    "${Libtorch_ROOT_DIR}/include" "${Libtorch_ROOT_DIR}/include/torch/csrc/api/include")
  target_link_libraries(libtorch::libtorch INTERFACE
    "${Libtorch_CPU_LIBRARY}" "${Libtorch_C10_LIBRARY}")
  target_link_options(libtorch::libtorch INTERFACE "LINKER:-rpath,${Libtorch_ROOT_DIR}/lib")
endif()
if(Libtorch_CUDA_FOUND AND NOT TARGET libtorch::cuda)
  add_library(libtorch::cuda INTERFACE IMPORTED)
  # The CUDA half registers itself when it is loaded; nothing of ours names a symbol of it.
  target_link_libraries(libtorch::cuda INTERFACE libtorch::libtorch
    "-Wl,--no-as-needed,${Libtorch_CUDA_LIBRARY},${Libtorch_C10_CUDA_LIBRARY},--as-needed")
endif()
