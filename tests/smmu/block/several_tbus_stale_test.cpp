// Nothing stale is used once a SYNC is complete, in flight included, whatever TBU it passes: pages,
// address spaces and streams change at random under traffic of several TBUs, by one stage and by
// both. Leaving out any one command is seen.
#include "doorbell/core/arch/random.h"
#include "tests/smmu/block/stale_use.h"
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr unsigned tbus = 3, pages = 6, changes = 150;
/// The last of them are guests', with both stages.
constexpr unsigned streams = 9, first_guest = 6;

enum class Omitted { nothing, NH_VA, NH_ASID, CFGI_CD, CFGI_STE, S2_IPA, NH_ALL, SYNC };

SmmuParameters parameters() {
  SmmuParameters p = with_stage2();
  p.tbus.assign(tbus, {});
  for (std::uint32_t n = 0; n < tbus; ++n)
    p.tbus[n] = {.first_stream_id = 16 * n, .last_stream_id = 16 * n + 15};
  return p;
}

class RandomChanges {
 public:
  RandomChanges(Bench& bench, Omitted omitted) : b_(bench), omitted_(omitted) {}

  Task<void> run() {
    set_up();
    co_await b_.enable();
    for (unsigned s = 0; s < streams; ++s)
      b_.start(traffic(s));
    co_await b_.sleep(20 * microsecond);
    for (unsigned i = 0; i < changes; ++i) {
      b_.memory.latency = (20 + random_.below(300)) * nanosecond;
      co_await change(static_cast<unsigned>(random_.below(streams)));
    }
    over_ = true;
    co_await b_.sleep(20 * microsecond);
  }
  std::size_t stale() const { return stale_uses(b_.memory, taken_at_); }
  std::uint64_t accesses() const { return b_.memory.count(0, 0xa000'0000, ~0ULL); }

 private:
  struct Space {
    std::uint16_t asid = 0;
    std::uint64_t root = 0;
    std::uint64_t cd = 0;
    std::array<std::uint64_t, pages> page{};
  };

  /// The `s`-th stream is at TBU s modulo their number.
  static std::uint32_t id(unsigned s) { return 16 * (s % tbus) + s / tbus; }
  static std::uint64_t iova(unsigned n) { return 0x10'0000 + 0x1000ULL * n; }
  /// Of a guest's data.
  static std::uint64_t ipa(unsigned s, unsigned n) {
    return 0x1'0000'0000 + (std::uint64_t{s} << 20) + 0x1000ULL * n;
  }
  std::uint64_t new_page() { return next_page_ += 0x1000; }
  std::uint64_t new_root() { return next_root_ += 0x1000; }

  void set_up() {
    for (unsigned s = 0; s < streams; ++s) {
      Space& space = spaces_[s];
      space = {.asid = next_asid_++, .root = new_root(), .cd = b_.context_of(id(s)), .page = {}};
      for (std::uint64_t& page : space.page)
        page = new_page();
      b_.translate_stream(id(s), space.asid, space.root);
      if (s >= first_guest) {
        set_up_guest(s);
      } else {
        map_all(space);
      }
    }
  }
  void map_all(const Space& space) {
    for (unsigned n = 0; n < pages; ++n)
      b_.map(iova(n), space.page[n], Bench::page_rw, space.root);
  }
  /// Where its tables are, IPAs are physical addresses.
  void set_up_guest(unsigned s) {
    const Space& space = spaces_[s];
    hosts_[s] = std::make_unique<Hypervisor>(b_, static_cast<std::uint16_t>(s), new_root());
    b_.memory.store(hosts_[s]->descriptor(0x8000'0000, 1),
                    0x8000'0000 | (Hypervisor::page_rw & ~2ULL));
    for (unsigned n = 0; n < pages; ++n) {
      b_.map(iova(n), ipa(s, n), Bench::page_rw, space.root);
      hosts_[s]->map(ipa(s, n), space.page[n]);
    }
    hosts_[s]->nest_stream(id(s), space.cd);
  }

  Task<void> traffic(unsigned s) {
    Random random(100 + s);
    while (!over_) {
      Dma d{.stream = id(s),
            .address = iova(static_cast<unsigned>(random.below(pages))) + 8 * random.below(16),
            .write = random.below(2) == 0,
            .tbu = s % tbus};
      co_await b_.dma(d);
      EXPECT_TRUE(d.ok);
      co_await b_.sleep(random.below(30) * nanosecond);
    }
  }

  Task<void> change(unsigned s) {
    if (s >= first_guest) return move_guest_page(s);
    switch (random_.below(3)) {
      case 0:
        return move_page(s);
      case 1:
        return other_tables(s);
      default:
        return other_context(s);
    }
  }
  Task<void> move_page(unsigned s) {
    Space& space = spaces_[s];
    const auto n = static_cast<unsigned>(random_.below(pages));
    const std::uint64_t old = std::exchange(space.page[n], new_page());
    b_.map(iova(n), space.page[n], Bench::page_rw, space.root);
    post(Omitted::NH_VA,
         {.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = space.asid, .address = iova(n)});
    co_await sync();
    taken_at_[old] = b_.now();
  }
  /// The CD names other tables.
  Task<void> other_tables(unsigned s) {
    Space& space = spaces_[s];
    const auto old = space.page;
    space.root = new_root();
    for (std::uint64_t& page : space.page)
      page = new_page();
    map_all(space);
    b_.memory.store(space.cd + 8, space.root);
    post(Omitted::CFGI_CD,
         {.opcode = Opcode::CMD_CFGI_CD, .stream = {.stream_id = id(s)}, .leaf = true});
    co_await sync();
    post(Omitted::NH_ASID, {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = space.asid});
    co_await sync();
    for (const std::uint64_t page : old)
      taken_at_[page] = b_.now();
  }
  /// The STE names another CD, of an ASID that was never used.
  Task<void> other_context(unsigned s) {
    Space& space = spaces_[s];
    const auto old = space.page;
    const std::uint64_t word = b_.memory.load(b_.ste_of(id(s)));
    space.asid = next_asid_++;
    space.root = new_root();
    for (std::uint64_t& page : space.page)
      page = new_page();
    map_all(space);
    const std::uint64_t cd = next_cd_ += 64;
    for (unsigned i = 0; i < 64; i += 8)
      b_.memory.store(cd + i, b_.memory.load(space.cd + i));
    b_.memory.store(cd + 8, space.root);
    b_.memory.store(cd + 6, space.asid, 2);
    b_.memory.store(b_.ste_of(id(s)), (word & ~0x000f'ffff'ffff'ffc0ULL) | cd);
    space.cd = cd;
    post(Omitted::CFGI_STE,
         {.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = id(s)}, .leaf = true});
    co_await sync();
    for (const std::uint64_t page : old)
      taken_at_[page] = b_.now();
  }
  /// IHI 0070 4.4.3.1: of stage 2 first, then what both stages have made.
  Task<void> move_guest_page(unsigned s) {
    Space& space = spaces_[s];
    const auto n = static_cast<unsigned>(random_.below(pages));
    const std::uint64_t old = std::exchange(space.page[n], new_page());
    hosts_[s]->map(ipa(s, n), space.page[n]);
    post(Omitted::S2_IPA, hosts_[s]->tlbi(Opcode::CMD_TLBI_S2_IPA, ipa(s, n)));
    co_await sync();
    post(Omitted::NH_ALL, hosts_[s]->tlbi(Opcode::CMD_TLBI_NH_ALL));
    co_await sync();
    taken_at_[old] = b_.now();
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
  Random random_{1};
  std::array<Space, streams> spaces_;
  std::array<std::unique_ptr<Hypervisor>, streams> hosts_;
  TakenAt taken_at_;
  bool over_ = false;
  std::uint16_t next_asid_ = 1;
  std::uint64_t next_page_ = 0xa000'0000;
  std::uint64_t next_root_ = 0x9800'0000;
  std::uint64_t next_cd_ = 0x8400'0000;
};

class StaleUse : public ::testing::TestWithParam<Omitted> {};
INSTANTIATE_TEST_SUITE_P(SeveralTbus, StaleUse,
                         ::testing::Values(Omitted::nothing, Omitted::NH_VA, Omitted::NH_ASID,
                                           Omitted::CFGI_CD, Omitted::CFGI_STE, Omitted::S2_IPA,
                                           Omitted::NH_ALL, Omitted::SYNC));
TEST_P(StaleUse, IsSeenWhereACommandIsLeftOutAndNowhereElse) {
  Bench bench(parameters());
  RandomChanges changes_of_all(bench, GetParam());
  bench.run(changes_of_all.run());
  EXPECT_GT(changes_of_all.accesses(), 4000u);
  if (GetParam() == Omitted::nothing) {
    EXPECT_EQ(changes_of_all.stale(), 0u);
  } else {
    EXPECT_GT(changes_of_all.stale(), 0u);
  }
}

}  // namespace
}  // namespace doorbell::smmu::test
