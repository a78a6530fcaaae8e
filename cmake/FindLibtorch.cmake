# Finds the C++ half of a PyTorch wheel and gives it imported targets.
# find_package(Torch) on that wheel wants a CUDA toolkit; a CPU build needs only two libraries.
#   PINCEL_LIBTORCH   folder that holds include/ and lib/ (or torch/include and torch/lib)
set(PINCEL_LIBTORCH "$ENV{PINCEL_LIBTORCH}" CACHE PATH "folder with libtorch")
find_path(Libtorch_ROOT_DIR include/torch/csrc/api/include/torch/torch.h
  PATHS "${PINCEL_LIBTORCH}" "${PINCEL_LIBTORCH}/torch"
        "$ENV{HOME}/.cache/pincel/libtorch-2.11.0-cpu/torch" NO_DEFAULT_PATH)
find_library(Libtorch_CPU_LIBRARY torch_cpu PATHS "${Libtorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
find_library(Libtorch_C10_LIBRARY c10 PATHS "${Libtorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS Libtorch_ROOT_DIR Libtorch_CPU_LIBRARY Libtorch_C10_LIBRARY)
if(Libtorch_FOUND AND NOT TARGET libtorch::libtorch)
  add_library(libtorch::libtorch INTERFACE IMPORTED)
  target_include_directories(libtorch::libtorch SYSTEM INTERFACE
    "${Libtorch_ROOT_DIR}/include" "${Libtorch_ROOT_DIR}/include/torch/csrc/api/include")
  target_link_libraries(libtorch::libtorch INTERFACE
    "${Libtorch_CPU_LIBRARY}" "${Libtorch_C10_LIBRARY}")
  target_link_options(libtorch::libtorch INTERFACE "LINKER:-rpath,${Libtorch_ROOT_DIR}/lib")
endif()
