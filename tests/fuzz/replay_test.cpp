// The cases that are kept of each fuzz target, and as many changes of them by chance, the same each
// time: what a compiler without libFuzzer can ask.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "doorbell/core/arch/random.h"
#include "tests/fuzz/input.h"
#include "tests/support/long_run.h"

namespace doorbell::fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> corpus_of(const std::string& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(DOORBELL_CORPUS "/" + target))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Bytes> cases;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    cases.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return cases;
}

/// Some bits, some bytes, or a piece of another case in the place of one's own.
void change(Bytes& bytes, const std::vector<Bytes>& corpus, Random& random) {
  for (std::uint64_t times = 1 + random.below(4); times > 0 && !bytes.empty(); --times) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(4)) {
      case 0:
        bytes[at] ^= static_cast<std::uint8_t>(1u << random.below(8));
        break;
      case 1:
        bytes[at] = static_cast<std::uint8_t>(random.next());
        break;
      case 2:
        bytes.insert(bytes.end(), 1 + random.below(16), static_cast<std::uint8_t>(random.next()));
        break;
      default: {
        const Bytes& other = corpus[random.below(corpus.size())];
        if (other.empty()) break;
        const std::size_t from = random.below(other.size());
        const std::size_t count = std::min(bytes.size() - at, other.size() - from);
        std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), count,
                    bytes.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
  }
}

class Fuzz : public testing::TestWithParam<Target> {};
TEST_P(Fuzz, HoldsForWhatIsKeptAndForChangesOfIt) {
  const Target& target = GetParam();
  const std::vector<Bytes> corpus = corpus_of(target.name);
  ASSERT_FALSE(corpus.empty());
  for (const Bytes& bytes : corpus)
    target.run(bytes);
  Random random(17);
  for (unsigned n = test::cases(20'000u, 1'000'000u); n > 0; --n) {
    Bytes bytes = corpus[random.below(corpus.size())];
    change(bytes, corpus, random);
    target.run(bytes);
  }
}
INSTANTIATE_TEST_SUITE_P(, Fuzz, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace doorbell::fuzz
