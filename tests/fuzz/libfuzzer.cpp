// What libFuzzer calls for the target of this program.
#include <cstddef>
#include <string_view>

#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const doorbell::fuzz::Target& target : doorbell::fuzz::targets())
    if (std::string_view(target.name) == FUZZ_TARGET) target.run({data, size});
  return 0;
}
