// The model's walk against another, written apart, over random regimes, tables and addresses.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <unordered_map>

#include "doorbell/smmu/arch/context_descriptor.h"
#include "doorbell/smmu/arch/untimed_access.h"
#include "doorbell/smmu/arch/walk.h"
#include "tests/smmu/reference/walker.h"
#include "tests/support/long_run.h"

namespace doorbell::smmu {
namespace {

using reference::Fault;

/// A CD and everything else that a walk depends on, both as the model and as the reference have it.
struct Case {
  Features features;
  ConfigurationWords cd{};
  reference::Regime regime;
  std::uint64_t address = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> memory;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Case make() {
    Case c;
    make_regime(c);
    make_address(c);
    make_tables(c);
    return c;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(unsigned n) { return below(n) == 0; }

  void make_regime(Case& c) {
    constexpr unsigned sizes[] = {32, 36, 40, 42, 44, 48, 52};
    reference::Regime& r = c.regime;
    const unsigned granule = static_cast<unsigned>(below(3));
    r.granule_kilobytes = 4u << 2 * granule;
    r.OAS_bits = sizes[2 + below(5)];
    const unsigned ips = static_cast<unsigned>(one_in(3) ? below(7) : 6);
    r.IPS_bits = sizes[ips];
    c.features.output_address_bits = r.OAS_bits;
    c.features.input_address_bits = one_in(2) ? 52 : 48;
    const unsigned least = granule == 2 && c.features.input_address_bits == 52 ? 12 : 16;
    r.TxSZ = least + static_cast<unsigned>(below(40 - least));
    r.upper_half = one_in(2);
    r.EPD = one_in(50);
    r.TBI = one_in(2);
    r.HAD = one_in(4);
    r.AFFD = one_in(4);
    r.WXN = one_in(4);
    r.PAN = one_in(4);
    const unsigned bits = std::min({r.OAS_bits, r.IPS_bits, granule == 2 ? 52u : 48u});
    r.TTB = below(1ULL << bits) & ~0xfULL;
    make_descriptor(c, ips, granule);
  }

  void make_descriptor(Case& c, unsigned ips, unsigned granule) {
    const reference::Regime& r = c.regime;
    constexpr unsigned TG0[] = {0, 2, 1}, TG1[] = {2, 1, 3};
    std::uint64_t w = 1ULL << 31 | 1ULL << 41 | 1ULL << 46;  // V, AA64, A
    const unsigned shift = r.upper_half ? 16 : 0;
    w |= (std::uint64_t{r.TxSZ} | std::uint64_t{r.upper_half ? TG1[granule] : TG0[granule]} << 6 |
          std::uint64_t{r.EPD} << 14)
         << shift;
    w |= 1ULL << (r.upper_half ? 14 : 30);  // EPD of the other half
    w |= std::uint64_t{ips} << 32 | std::uint64_t{r.AFFD} << 35 | std::uint64_t{r.WXN} << 36 |
         std::uint64_t{r.PAN} << 40 | std::uint64_t{r.TBI} << (r.upper_half ? 39 : 38);
    c.cd[0] = w;
    c.cd[r.upper_half ? 2 : 1] = r.TTB | std::uint64_t{r.HAD} << 1;
  }

  void make_address(Case& c) {
    const unsigned bits = 64 - c.regime.TxSZ;
    const std::uint64_t low = (1ULL << bits) - 1;
    c.address = random_() & low;
    if (c.regime.upper_half) c.address |= ~low;
    if (one_in(3)) c.address ^= below(256) << 56;
    if (one_in(10)) c.address ^= 1ULL << (bits + below(55 - bits + (bits < 55 ? 0 : 1)));
  }

  /// Descriptors on the way of the address, most of them valid, whatever is read where.
  void make_tables(Case& c) {
    const reference::Memory make = [&](std::uint64_t where) {
      const auto [place, fresh] = c.memory.try_emplace(where, 0);
      if (fresh) place->second = descriptor(c.regime);
      return place->second;
    };
    reference::walk(c.regime, c.address, make);
  }

  std::uint64_t descriptor(const reference::Regime& r) {
    std::uint64_t d = random_();
    if (!one_in(12)) d |= 1;
    if (!one_in(4)) d |= 2;
    if (!one_in(5)) d |= 1ULL << 10;  // AF
    // Address bits beyond the output range are rare.
    const unsigned bits = std::min(r.IPS_bits, r.OAS_bits);
    if (!one_in(16) && bits < 48) d &= ~(((1ULL << 48) - 1) & ~((1ULL << bits) - 1));
    if (!one_in(16) && bits < 52) d &= ~0xf000ULL;
    return d;
  }

  std::mt19937_64 random_;
};

struct ModelResult {
  WalkResult walk;
  std::optional<std::uint64_t> fetch;  ///< The last that was read.
};

ModelResult walk_by_model(const Case& c) {
  ModelResult result;
  const auto cd = ContextDescriptor::decode(c.cd, c.features);
  EXPECT_FALSE(cd.illegal({}, c.features));
  UntimedAccess tables([&](std::uint64_t at) -> std::optional<std::uint64_t> {
    result.fetch = at;
    const auto found = c.memory.find(at);
    return found == c.memory.end() ? std::nullopt : std::optional(found->second);
  });
  const TranslationTag tag;
  result.walk = run_now(walk_stage1(cd.regime, nullptr, tag, c.address, Access{}, tables));
  return result;
}

EventType event_of(Fault fault) {
  switch (fault) {
    case Fault::translation:
      return EventType::F_TRANSLATION;
    case Fault::address_size:
      return EventType::F_ADDR_SIZE;
    case Fault::access_flag:
      return EventType::F_ACCESS;
    case Fault::none:
      break;
  }
  return EventType::none;
}

void expect_same_leaf(const reference::Result& expected, const Leaf& leaf, std::uint64_t address) {
  EXPECT_EQ(leaf.output_base | (address & ((1ULL << leaf.size_log2) - 1)), expected.output);
  EXPECT_EQ(1ULL << leaf.size_log2, expected.bytes);
  EXPECT_EQ(leaf.level, expected.level);
  EXPECT_EQ(leaf.attribute_index, expected.attribute_index);
  EXPECT_EQ(leaf.shareability, expected.shareability);
  EXPECT_EQ(leaf.not_global, expected.not_global);
  for (const bool write : {false, true}) {
    for (const bool privileged : {false, true}) {
      for (const bool instruction : {false, true}) {
        EXPECT_EQ(leaf.permissions.allow({write, privileged, instruction}),
                  expected.allowed[write][privileged][instruction])
            << write << privileged << instruction;
      }
    }
  }
}

// The half of an address is its bit 55; one that is not of the case's half is walked by the other
// table, which EPD disables.
bool of_this_half(const Case& c) {
  return (c.address >> 55 & 1) == c.regime.upper_half;
}

TEST(ReferenceWalk, AgreesOnEveryRegime) {
  const unsigned cases = test::cases(100'000u, 1'000'000u);
  Generator generator(1);
  std::map<std::pair<EventType, unsigned>, unsigned> kinds;
  unsigned translated = 0;
  for (unsigned n = 0; n < cases && !testing::Test::HasFailure(); ++n) {
    const Case c = generator.make();
    const reference::Memory memory = [&](std::uint64_t where) { return c.memory.at(where); };
    reference::Result expected = reference::walk(c.regime, c.address, memory);
    if (!of_this_half(c)) expected = {.fault = Fault::translation};
    SCOPED_TRACE(testing::Message()
                 << "case " << n << ", granule " << c.regime.granule_kilobytes << ", TxSZ "
                 << c.regime.TxSZ << ", address " << std::hex << c.address);
    const ModelResult found = walk_by_model(c);
    EXPECT_EQ(found.walk.fault.type, event_of(expected.fault));
    EXPECT_EQ(found.fetch, expected.fetch);
    if (expected.fault == Fault::none) expect_same_leaf(expected, found.walk.leaf, c.address);
    translated += expected.fault == Fault::none;
    ++kinds[{event_of(expected.fault), expected.fetch ? expected.level : 9}];
  }
  // Enough of each for the agreement to mean something.
  EXPECT_GT(translated, cases / 3);
  const unsigned enough = cases / 1000;
  for (const unsigned level : {0u, 1u, 2u, 3u, 9u})
    EXPECT_GT((kinds[{EventType::F_TRANSLATION, level}]), enough) << level;
  for (const unsigned level : {0u, 1u, 2u, 3u})
    EXPECT_GT((kinds[{EventType::F_ADDR_SIZE, level}]), enough) << level;
  for (const unsigned level : {1u, 2u, 3u}) {
    EXPECT_GT((kinds[{EventType::F_ACCESS, level}]), enough) << level;
    EXPECT_GT((kinds[{EventType::none, level}]), enough) << level;
  }
}

}  // namespace
}  // namespace doorbell::smmu
