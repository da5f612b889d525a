#pragma once

#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace doorbell::test {

/// Whether the tests run under `scripts/test long`, which sets DOORBELL_LONG=1: samples are then
/// wide. CTest keeps the list of cases from one run to the next, so the number of GoogleTest cases
/// mustn't depend on it: loop inside a case.
inline bool long_run() {
  const char* value = std::getenv("DOORBELL_LONG");
  return value != nullptr && std::string_view(value) != "" && std::string_view(value) != "0";
}

/// Whether AddressSanitizer watches this build. What a test finds by the number of its cases alone,
/// the release build of the same run finds sooner: here it takes fewer.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// How many cases to try: `few` in CI, `many` under `scripts/test long`.
template <class Count>
Count cases(Count few, Count many) {
  return long_run() ? many : few;
}

/// At most `few` of `all`, evenly spread and the same each time; all of them under `scripts/test
/// long`.
template <class T>
std::vector<T> sample(const std::vector<T>& all, std::size_t few) {
  if (long_run() || all.size() <= few) return all;
  std::vector<T> chosen;
  for (std::size_t i = 0; i < few; ++i)
    chosen.push_back(all[i * all.size() / few]);
  return chosen;
}

}  // namespace doorbell::test
