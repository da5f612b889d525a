// The model's translations, both stages of them, against others that were written apart: over
// random regimes, tables, worlds and addresses, with external aborts, to the bits of the record.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>
#include <unordered_map>

#include "doorbell/core/arch/task.h"
#include "doorbell/smmu/arch/procedure.h"
#include "doorbell/smmu/arch/untimed_access.h"
#include "tests/smmu/reference/translation.h"
#include "tests/support/long_run.h"

namespace doorbell::smmu {
namespace {

using reference::Class;
using reference::Number;
using Memory = std::unordered_map<std::uint64_t, std::optional<std::uint64_t>>;

constexpr unsigned sizes[] = {32, 36, 40, 42, 44, 48, 52};
constexpr unsigned stage1_config = 5, stage2_config = 6, nested_config = 7;

/// A stream, its transaction, and memory, as the model and as the reference have them.
struct Case {
  GlobalConfiguration global;
  TranslationQuery query;
  reference::Setup setup;
  reference::Asked asked;
  Memory memory;
  bool usable = true;  ///< No two structures are at one place.
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Case make() {
    Case c;
    careful_ = one_in(2);
    const unsigned config = stage1_config + static_cast<unsigned>(below(3));
    Features& f = c.global.features;
    f.stage2 = true;
    f.output_address_bits = sizes[1 + below(6)];
    f.input_address_bits = one_in(2) ? 52 : 48;
    c.setup.OAS_bits = f.output_address_bits;
    bits_ = f.output_address_bits;
    ConfigurationWords ste{}, cd{};
    ste[0] = 1 | config << 1;
    c.global.contiguous_entries = one_in(2);
    if (config != stage1_config) make_stage2(c, ste);
    if (config != stage2_config) make_stage1(c, ste, cd, config);
    make_access(c, config);
    place(c, ste, cd, config);
    return c;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(unsigned n) { return below(n) == 0; }
  /// Something that leads to a fault.
  bool slip(unsigned n) { return !careful_ && one_in(n); }
  std::uint64_t address(unsigned bits) { return random_() & ((1ULL << bits) - 1); }

  void make_stage2(Case& c, ConfigurationWords& ste) {
    struct Row {
      unsigned granule, SL0, least, most;  // T0SZ, DDI 0487 tables D8-21 to D8-41
    };
    constexpr Row rows[] = {{4, 2, 16, 24},  {4, 1, 21, 33},  {4, 0, 30, 39},
                            {16, 2, 16, 27}, {16, 1, 24, 38}, {16, 0, 35, 39},
                            {64, 2, 12, 21}, {64, 1, 18, 34}, {64, 0, 31, 39}};
    reference::Stage2& s = c.setup.stage2.emplace();
    s.OAS_bits = c.setup.OAS_bits;
    const Row* row = nullptr;
    unsigned least = 0;
    do {  // within IAS
      row = &rows[below(9)];
      least = std::max(row->least, 64 - s.OAS_bits);
    } while (least > row->most);
    s.granule_kilobytes = row->granule;
    s.SL0 = row->SL0;
    s.T0SZ = least + static_cast<unsigned>(below(row->most - least + 1));
    const unsigned ps = static_cast<unsigned>(one_in(3) ? below(7) : 6);
    s.PS_bits = sizes[ps];
    s.AFFD = one_in(4);
    s.PTW = one_in(4);
    s.FWB = one_in(2);
    s.groups = c.global.contiguous_entries;
    const unsigned most = std::min({s.OAS_bits, s.PS_bits, row->granule == 64 ? 52u : 48u});
    s.TTB = address(most) & ~0xfULL;
    bits_ = std::min({bits_, most, 64 - s.T0SZ});
    constexpr std::uint64_t record = 1ULL << 58, aarch64 = 1ULL << 51;
    const std::uint64_t granule = row->granule == 4 ? 0 : row->granule == 64 ? 1 : 2;
    ste[1] |= std::uint64_t{s.FWB} << 25;
    ste[2] = below(0x10000) | std::uint64_t{s.T0SZ} << 32 | std::uint64_t{s.SL0} << 38 |
             granule << 46 | std::uint64_t{ps} << 48 | aarch64 | std::uint64_t{s.AFFD} << 53 |
             std::uint64_t{s.PTW} << 54 | record;
    ste[3] = s.TTB;
  }

  void make_stage1(Case& c, ConfigurationWords& ste, ConfigurationWords& cd, unsigned config) {
    constexpr unsigned TG0[] = {0, 2, 1}, TG1[] = {2, 1, 3};
    reference::Regime& r = c.setup.stage1.emplace();
    const bool el2 = config == stage1_config && one_in(3);
    c.global.E2H = one_in(2);
    if (el2) ste[1] |= 2ULL << 30;  // STRW
    r.one_privilege = el2 && !c.global.E2H;
    const unsigned granule = static_cast<unsigned>(below(3));
    r.granule_kilobytes = 4u << 2 * granule;
    r.OAS_bits = c.setup.OAS_bits;
    const unsigned ips = static_cast<unsigned>(one_in(3) ? below(7) : 6);
    r.IPS_bits = sizes[ips];
    const bool wide = granule == 2 && c.global.features.input_address_bits == 52;
    const unsigned least = wide ? 12 : 16;
    r.TxSZ = least + static_cast<unsigned>(below(40 - least));
    r.upper_half = !r.one_privilege && one_in(2);
    r.TBI = one_in(2);
    r.HAD = one_in(4);
    r.AFFD = one_in(4);
    r.groups = c.global.contiguous_entries;
    r.WXN = one_in(6);
    r.PAN = one_in(6);
    const unsigned most = std::min({r.OAS_bits, r.IPS_bits, granule == 2 ? 52u : 48u});
    bits_ = std::min(bits_, most);
    r.TTB = address(slip(20) ? most : bits_) & ~0xfULL;
    constexpr std::uint64_t V = 1ULL << 31, AA64 = 1ULL << 41, RA = 3ULL << 45;
    const unsigned shift = r.upper_half ? 16 : 0;
    cd[0] = V | AA64 | RA | std::uint64_t{ips} << 32 | std::uint64_t{r.AFFD} << 35 |
            std::uint64_t{r.WXN} << 36 | std::uint64_t{r.PAN} << 40 |
            std::uint64_t{r.TBI} << (r.upper_half ? 39 : 38) | below(0x10000) << 48;
    cd[0] |=
        (std::uint64_t{r.TxSZ} | std::uint64_t{r.upper_half ? TG1[granule] : TG0[granule]} << 6)
        << shift;
    cd[0] |= 1ULL << (r.upper_half ? 14 : 30);  // EPD of the other half
    cd[r.upper_half ? 2 : 1] = r.TTB | std::uint64_t{r.HAD} << 1;
    constexpr std::uint8_t attributes[] = {0x00, 0x04, 0x0c, 0x44, 0xff, 0xbb, 0xf4, 0xe5, 0x77};
    for (unsigned n = 0; n < 8; ++n)
      c.setup.MAIR |= std::uint64_t{attributes[below(9)]} << (8 * n);
    cd[3] = c.setup.MAIR;
  }

  void make_access(Case& c, unsigned config) {
    c.asked.write = one_in(3);
    c.asked.privileged = one_in(2);
    c.asked.instruction = one_in(4);
    std::uint64_t& a = c.asked.address;
    if (config == stage2_config) {
      a = address(64 - c.setup.stage2->T0SZ);
      if (slip(8)) a = address(one_in(2) ? 64 - 1 : c.setup.OAS_bits);
    } else {
      const reference::Regime& r = *c.setup.stage1;
      const std::uint64_t low = (1ULL << (64 - r.TxSZ)) - 1;
      a = random_() & low;
      if (r.upper_half) a |= ~low;
      if (r.TBI && one_in(2)) a ^= below(256) << 56;
      if (slip(12)) a ^= 1ULL << (64 - r.TxSZ + below(r.TxSZ));
    }
    c.query = {.stream = {}, .address = a};
    c.query.access = {c.asked.write, c.asked.privileged, c.asked.instruction};
    c.asked.stream = 0;
  }

  void place(Case& c, ConfigurationWords& ste, const ConfigurationWords& cd, unsigned config) {
    const reference::Store make = [&](std::uint64_t where, reference::Kind kind) {
      const auto [found, fresh] = c.memory.try_emplace(where);
      if (fresh && !slip(40)) found->second = descriptor(c, kind);
      return found->second;
    };
    if (config != stage2_config) {
      c.setup.CD = address(slip(20) ? c.setup.OAS_bits : bits_) & ~0x3fULL;
      ste[0] |= c.setup.CD;
      if (const auto at = reference::locate_cd(c.setup, make)) write(c, *at, cd, slip(10));
    }
    reference::translate(c.setup, c.asked, make);
    c.global.enabled = true;
    c.global.stream_table.base = address(c.setup.OAS_bits) & ~0x3fULL;
    write(c, c.global.stream_table.base, ste, false);
  }

  void write(Case& c, std::uint64_t at, const ConfigurationWords& words, bool aborts) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto [found, fresh] = c.memory.try_emplace(at + 8 * i, words[i]);
      c.usable &= fresh;
      if (aborts) found->second.reset();
    }
  }

  std::uint64_t descriptor(const Case& c, reference::Kind kind) {
    std::uint64_t d = random_() | 1 | 2 | 1ULL << 10;
    if (slip(30)) d &= ~1ULL;
    if (one_in(careful_ ? 40 : 10)) d &= ~2ULL;
    if (slip(10)) d &= ~(1ULL << 10);
    // XN and its like, and limits of tables, are rare.
    if (!one_in(8)) d &= ~(3ULL << 53);
    if (!one_in(8)) d &= ~(0x1fULL << 59);
    const bool stage1 = kind == reference::Kind::stage1_descriptor;
    if (!slip(3)) d = (d & ~(3ULL << 6)) | (stage1 ? 1ULL : 3ULL) << 6;  // AP, S2AP
    if (!stage1 && !one_in(6)) d |= 0xfULL << 2;                         // MemAttr
    if (!slip(30)) d &= ~(((1ULL << 48) - 1) & ~((1ULL << std::min(bits_, 48u)) - 1));
    const bool large = c.setup.OAS_bits == 52 && !slip(30);
    if (large && bits_ < 52) d &= ~0xf000ULL;
    return d;
  }

  std::mt19937_64 random_;
  bool careful_ = false;
  unsigned bits_ = 48;  ///< Of addresses that every stage takes.
};

void expect_translated(const reference::Ending& expected, const TlbEntry& entry,
                       std::uint64_t address) {
  EXPECT_EQ(entry.translate(address), expected.output);
  EXPECT_EQ(1ULL << entry.leaf.size_log2, expected.bytes);
  EXPECT_EQ(entry.attributes, expected.attribute);
  EXPECT_EQ(entry.leaf.shareability, expected.shareability);
  for (const bool write : {false, true}) {
    for (const bool privileged : {false, true}) {
      for (const bool instruction : {false, true}) {
        EXPECT_EQ(entry.leaf.permissions.allow({write, privileged, instruction}),
                  expected.allowed[write][privileged][instruction])
            << write << privileged << instruction;
      }
    }
  }
}

TEST(ReferenceTranslation, AgreesOnBothStages) {
  const unsigned cases = test::cases(50'000u, 1'000'000u);
  Generator generator(2);
  std::map<std::tuple<Number, unsigned, Class>, unsigned> kinds;
  unsigned translated = 0, groups = 0;
  for (unsigned n = 0; n < cases && !testing::Test::HasFailure(); ++n) {
    const Case c = generator.make();
    if (!c.usable) continue;
    const reference::Store store = [&](std::uint64_t where, reference::Kind) {
      return c.memory.at(where);
    };
    const reference::Ending expected = reference::translate(c.setup, c.asked, store);
    UntimedAccess tables([&](std::uint64_t where) {
      const auto found = c.memory.find(where);
      return found == c.memory.end() ? std::nullopt : found->second;
    });
    const TranslationOutcome found = run_now(translate(c.global, c.query, tables));
    SCOPED_TRACE(testing::Message() << "case " << n << ", address " << std::hex << c.asked.address);
    const bool fault = expected.number != Number::none;
    ASSERT_EQ(found.kind != TranslationOutcome::Kind::translated, fault)
        << to_string(found.event.type);
    if (fault) {
      EXPECT_FALSE(found.suppressed);
      EXPECT_EQ(encode(found.event), reference::record(expected, c.asked));
      ++kinds[{expected.number, expected.stage, expected.cause}];
    } else {
      expect_translated(expected, found.entry, c.asked.address);
      ++translated;
      groups +=
          expected.bytes != 1ULL << level_shift(found.entry.tag.granule, found.entry.leaf.level);
    }
  }
  // Enough of each for the agreement to mean something: a third succeeds, and each fault that there
  // is comes up, of each stage and for each cause.
  EXPECT_GT(translated, cases / 3);
  EXPECT_GT(groups, cases / 2000);
  const auto enough = [&](Number number, unsigned stage, Class cause) {
    EXPECT_GE((kinds[{number, stage, cause}]), cases / 1000)
        << static_cast<unsigned>(number) << ' ' << stage << ' ' << static_cast<unsigned>(cause);
  };
  enough(Number::cd_fetch, 1, Class::in);
  enough(Number::walk_abort, 1, Class::tt);
  for (const Number number :
       {Number::translation, Number::address_size, Number::access_flag, Number::permission}) {
    enough(number, 1, Class::in);
    for (const Class cause : {Class::cd, Class::tt, Class::in})
      enough(number, 2, cause);
  }
  for (const Class cause : {Class::cd, Class::tt, Class::in})
    enough(Number::walk_abort, 2, cause);
}

}  // namespace
}  // namespace doorbell::smmu
