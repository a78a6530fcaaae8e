# Decides how much of CUDA is built. Included after find_package(Libtorch).
#   PINCEL_USES_CUDA  the program links the CUDA half of libtorch
#   PINCEL_HAS_NVCC   our own kernels (.cu) are compiled; without it no_cuda.cpp stands in for them
set(PINCEL_USES_CUDA FALSE)
set(PINCEL_HAS_NVCC FALSE)
if(NOT PINCEL_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "PINCEL_CUDA is '${PINCEL_CUDA}', expected AUTO, ON or OFF")
endif()
if(PINCEL_CUDA STREQUAL "ON" AND NOT Libtorch_CUDA_FOUND)
  message(FATAL_ERROR "PINCEL_CUDA is ON, but ${Libtorch_ROOT_DIR} has no CUDA half, or not the "
    "libraries that it loads; take the full install of the wheel, or PINCEL_CUDA=OFF")
endif()
if(NOT PINCEL_CUDA STREQUAL "OFF" AND Libtorch_CUDA_FOUND)
  set(PINCEL_USES_CUDA TRUE)
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    # Turing to Blackwell as machine code, later ones through the last one's PTX.
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90-real 100-real 120)
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
      find_package(CUDAToolkit REQUIRED)
      set(PINCEL_HAS_NVCC TRUE)
    endif()
  endif()
  if(NOT PINCEL_HAS_NVCC)
    message(STATUS "No CUDA toolkit 13: libtorch uses the GPU, our own kernels are left out")
  endif()
endif()

# Kernels are C++17 and include ATen/CUDA and their own header only.
function(pincel_kernels target)
  set_target_properties(${target} PROPERTIES CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON)
  target_link_libraries(${target} PRIVATE CUDA::cudart)
endfunction()
