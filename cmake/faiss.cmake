# FAISS, from Debian's libfaiss-dev, for `pincel search --faiss` alone; without it no_faiss.cpp stands
# in. Sets PINCEL_FAISS to what has to be linked, empty where it is not there.
set(PINCEL_FAISS "")
find_path(PINCEL_FAISS_HEADERS faiss/IndexIVF.h)
find_library(PINCEL_FAISS_LIBRARY faiss)
find_library(PINCEL_FAISS_BLAS blas)
find_library(PINCEL_FAISS_LAPACK lapack)
mark_as_advanced(PINCEL_FAISS_HEADERS PINCEL_FAISS_LIBRARY PINCEL_FAISS_BLAS PINCEL_FAISS_LAPACK)
if(PINCEL_FAISS_HEADERS AND PINCEL_FAISS_LIBRARY AND PINCEL_FAISS_BLAS AND PINCEL_FAISS_LAPACK)
  # A program uses the first library that has a name. libtorch brings a fast sgemm_ of its own, and
  # would itself be given the system's slow one, were that linked before it: these come last.
  set(PINCEL_FAISS "${PINCEL_FAISS_LIBRARY}" "${PINCEL_FAISS_BLAS}"
    "${PINCEL_FAISS_LAPACK}")
endif()
