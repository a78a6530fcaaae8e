# libtorch's folder of headers holds fmt as well, in front of the system's and without its library.
# Compiling that library once is what spares every file the 4 s of FMT_HEADER_ONLY.
set(pincel_fmt_major 0)
if(EXISTS "${Libtorch_ROOT_DIR}/include/fmt/base.h")
  file(STRINGS "${Libtorch_ROOT_DIR}/include/fmt/base.h" pincel_fmt_line
    REGEX "^#define FMT_VERSION [0-9]+")
  string(REGEX REPLACE ".* ([0-9]+)[0-9][0-9][0-9][0-9]$" "\\1" pincel_fmt_major "${pincel_fmt_line}")
endif()
if(pincel_fmt_major EQUAL 12)
  file(GENERATE OUTPUT format.cpp CONTENT [[
#include <fmt/format-inl.h>
FMT_BEGIN_NAMESPACE
template auto locale_ref::get<std::locale>() const -> std::locale;
namespace detail {
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
}  // namespace detail
FMT_END_NAMESPACE
]])
  add_library(pincel_fmt STATIC "${CMAKE_CURRENT_BINARY_DIR}/format.cpp")
  target_link_libraries(pincel_fmt PUBLIC libtorch::libtorch)
  target_compile_features(pincel_fmt PUBLIC cxx_std_20)
else()
  # Another fmt, of another libtorch or of the system: from its headers alone.
  find_package(fmt REQUIRED)
  add_library(pincel_fmt INTERFACE)
  target_link_libraries(pincel_fmt INTERFACE fmt::fmt-header-only)
endif()
set_target_properties(pincel_fmt PROPERTIES EXPORT_NAME fmt)
