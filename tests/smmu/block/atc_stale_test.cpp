// Nothing stale is used once a function's ATC is invalidated, in flight included: pages are mapped,
// moved and unmapped at random under Translated and untranslated traffic of the same streams (IHI
// 0070 3.9.1, 4.5.1). Leaving out a command is seen.
#include "doorbell/core/arch/random.h"
#include "tests/smmu/block/atc.h"
#include "tests/smmu/block/stale_use.h"

namespace doorbell::smmu::test {
namespace {

constexpr unsigned streams = 3, pages = 6, changes = 150;
constexpr std::uint64_t EATS_full = 1ULL << 28;
constexpr std::uint32_t running = 0x1d;  // SMMUEN, EVENTQEN, CMDQEN, ATSCHK

enum class Omitted { nothing, NH_VA, NH_ASID, ATC_INV, SYNC };

SmmuParameters offering() {
  SmmuParameters parameters;
  parameters.offered.ats = true;
  return parameters;
}

class AtcChanges {
 public:
  AtcChanges(Bench& bench, Omitted omitted) : b_(bench), omitted_(omitted) {}

  Task<void> run() {
    for (unsigned s = 0; s < streams; ++s)
      set_up(s);
    co_await b_.enable();
    co_await b_.write_and_poll(Bench::CR0, Bench::CR0ACK, running);
    for (unsigned s = 0; s < streams; ++s) {
      b_.start(translated_traffic(s));
      b_.start(translated_traffic(s + streams));
      b_.start(untranslated_traffic(s));
    }
    co_await b_.sleep(20 * microsecond);
    for (unsigned i = 0; i < changes; ++i) {
      b_.memory.latency = (20 + random_.below(300)) * nanosecond;
      const auto s = static_cast<unsigned>(random_.below(streams));
      if (random_.below(4) == 0) {
        co_await change_all(s);
      } else {
        co_await change_page(s);
      }
    }
    over_ = true;
    co_await b_.sleep(20 * microsecond);
  }
  std::size_t stale() const { return stale_uses(b_.memory, taken_at_); }
  std::uint64_t translated() const { return translated_; }
  std::uint64_t untranslated() const { return untranslated_; }
  std::uint64_t denied() const { return denied_; }

 private:
  static std::uint32_t id(unsigned s) { return 1 + s; }
  static std::uint16_t asid(unsigned s) { return static_cast<std::uint16_t>(5 + s); }
  static std::uint64_t root(unsigned s) { return 0x9800'0000 + 0x1000ULL * s; }
  static std::uint64_t iova(unsigned n) { return 0x10'0000 + 0x1000ULL * n; }
  std::uint64_t new_page() { return next_page_ += 0x1000; }

  void set_up(unsigned s) {
    b_.translate_stream(id(s), asid(s), root(s));
    b_.memory.store(b_.ste_of(id(s)) + 8, b_.memory.load(b_.ste_of(id(s)) + 8) | EATS_full);
    for (unsigned n = 0; n < pages; ++n)
      map(s, n, new_page());
  }
  /// 0: there is no page any more. Where there was one before.
  std::uint64_t map(unsigned s, unsigned n, std::uint64_t page) {
    if (page == 0) {
      b_.memory.store(b_.descriptor(iova(n), 3, root(s)), 0);
    } else {
      b_.map(iova(n), page, Bench::page_rw, root(s));
    }
    return std::exchange(page_[s][n], page);
  }

  Dma access(unsigned s, Random& random) {
    return {.stream = id(s),
            .address = iova(static_cast<unsigned>(random.below(pages))) + 8 * random.below(16),
            .write = random.below(2) == 0};
  }
  /// Without a translation the function asks again later, as after a Page Request.
  Task<void> translated_traffic(unsigned number) {
    Random random(100 + number);
    while (!over_) {
      const Dma d = co_await atc_.dma(access(number % streams, random));
      EXPECT_EQ(d.ok, d.done) << "what an ATC was given passes";
      translated_ += d.done;
      denied_ += !d.done;
      co_await b_.sleep(random.below(30) * nanosecond);
    }
  }
  Task<void> untranslated_traffic(unsigned s) {
    Random random(200 + s);
    while (!over_) {
      const Dma d = co_await b_.dma_of(access(s, random));
      untranslated_ += d.ok;
      co_await b_.sleep(random.below(300) * nanosecond);
    }
  }

  /// One page moves, goes, or comes.
  Task<void> change_page(unsigned s) {
    const auto n = static_cast<unsigned>(random_.below(pages));
    const std::uint64_t old = map(s, n, random_.below(3) == 0 ? 0 : new_page());
    post(Omitted::NH_VA,
         {.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = asid(s), .address = iova(n)});
    co_await sync();
    post(Omitted::ATC_INV, {.opcode = Opcode::CMD_ATC_INV, .stream = {id(s)}, .address = iova(n)});
    co_await sync();
    if (old != 0) taken_at_[old] = b_.now();
  }
  /// All pages of a stream.
  Task<void> change_all(unsigned s) {
    const auto old = page_[s];
    for (unsigned n = 0; n < pages; ++n)
      map(s, n, new_page());
    post(Omitted::NH_ASID, {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = asid(s)});
    co_await sync();
    constexpr unsigned everything = 52;
    post(Omitted::ATC_INV, {.opcode = Opcode::CMD_ATC_INV, .stream = {id(s)}, .size = everything});
    co_await sync();
    for (const std::uint64_t page : old)
      if (page != 0) taken_at_[page] = b_.now();
  }
  void post(Omitted which, const Command& command) {
    if (omitted_ != which) b_.post(command);
  }
  Task<void> sync() {
    if (omitted_ != Omitted::SYNC) b_.post(Command{});
    co_await b_.ring();
    co_await b_.drained();
  }

  Bench& b_;
  Omitted omitted_;
  Atc atc_{b_};
  Random random_{1};
  std::array<std::array<std::uint64_t, pages>, streams> page_{};
  TakenAt taken_at_;
  std::uint64_t translated_ = 0, untranslated_ = 0, denied_ = 0;
  bool over_ = false;
  std::uint64_t next_page_ = 0xa000'0000;
};

class AtcStaleUse : public ::testing::TestWithParam<Omitted> {};
INSTANTIATE_TEST_SUITE_P(SmmuAts, AtcStaleUse,
                         ::testing::Values(Omitted::nothing, Omitted::NH_VA, Omitted::NH_ASID,
                                           Omitted::ATC_INV, Omitted::SYNC));
TEST_P(AtcStaleUse, IsSeenWhereACommandIsLeftOutAndNowhereElse) {
  Bench bench(offering());
  AtcChanges changes_of_all(bench, GetParam());
  bench.run(changes_of_all.run());
  EXPECT_GT(changes_of_all.translated(), 1000u);
  EXPECT_GT(changes_of_all.untranslated(), 300u);
  if (GetParam() == Omitted::nothing) {
    EXPECT_EQ(changes_of_all.stale(), 0u);
    EXPECT_GT(changes_of_all.denied(), 20u);
  } else {
    EXPECT_GT(changes_of_all.stale(), 0u);
  }
}

}  // namespace
}  // namespace doorbell::smmu::test
