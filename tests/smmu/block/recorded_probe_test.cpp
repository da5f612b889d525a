// Linux's arm-smmu-v3 as it was recorded on QEMU 7.2 (traces/recordings), played against the
// registers: each read gives what QEMU gave, or what the list below says and why; each command
// is consumed; nothing is an error; and devices then get through by the tables that Linux wrote.
#include <algorithm>
#include <map>
#include <set>

#include "tests/smmu/block/bench.h"
#include "tests/smmu/block/recording.h"

namespace doorbell::smmu::test {
namespace {

/// Bits of a register that may read otherwise than in QEMU 7.2.
struct Difference {
  std::uint64_t offset;
  std::uint64_t bits;
  std::string_view section;
  std::string_view reason;
};
constexpr Difference differences[] = {
    {0x0, 1u << 0 | 1u << 9 | 1u << 18, "IHI 0070 6.3.1",
     "S2P, and with it Hyp and VMIDs of 16 bits; QEMU 7.2 has stage 1 alone"},
    {0x0, 1u << 19, "IHI 0070 6.3.1", "CD2L; QEMU 7.2 has no substreams"},
    {0xc, 1u << 4 | 1u << 8, "IHI 0070 6.3.4", "XNX and FWB, mandatory with stage 2"},
};

std::uint64_t may_differ(std::uint64_t offset) {
  std::uint64_t bits = 0;
  for (const Difference& d : differences) {
    if (d.offset == offset) bits |= d.bits;
  }
  return bits;
}

constexpr std::uint64_t level_2_bytes = 256 * 64;  // SPLIT 8

/// A recording and the bench that it is played on.
class Player {
 public:
  Player(Bench& bench, const std::string& name)
      : bench_(bench),
        steps_(read_recording(std::string(DOORBELL_TRACES) + "/recordings/" + name + ".csv.gz")) {}

  Task<void> play() {
    lay_out_tables();
    const std::size_t last = disabling();
    for (std::size_t i = 0; i < last; ++i)
      co_await step(i);
    co_await devices_get_through();
    for (std::size_t i = last; i < steps_.size(); ++i)
      co_await step(i);
    EXPECT_EQ(co_await bench_.read(Bench::GERROR), 0u);
    EXPECT_EQ(co_await bench_.read(Bench::EVTQ_PROD), 0u);
    EXPECT_EQ(bench_.counter("tcu.command_errors"), 0u);
  }

 private:
  using Kind = RecordedStep::Kind;

  /// The write of CR0 = 0 at power off.
  std::size_t disabling() const {
    std::size_t i = steps_.size();
    while (i-- > 0) {
      if (steps_[i].kind == Kind::write && steps_[i].at == Bench::CR0) return i;
    }
    ADD_FAILURE() << "the recording ends with its SMMU enabled";
    return 0;
  }

  std::uint64_t written(std::uint64_t offset) const {
    for (const RecordedStep& s : steps_) {
      if (s.kind == Kind::write && s.at == offset) return s.words[0];
    }
    ADD_FAILURE() << "nothing is written to " << offset;
    return 0;
  }

  /// STEs and CDs are in the recording, level-1 descriptors aren't. Level-2 tables were allocated
  /// one behind the other as their first streams came.
  void lay_out_tables() {
    std::uint64_t lowest = ~std::uint64_t{0};
    for (const RecordedStep& s : steps_) {
      if (s.kind != Kind::ste && s.kind != Kind::cd) continue;
      for (std::size_t i = 0; i < s.words.size(); ++i)
        bench_.memory.store(s.at + 8 * i, s.words[i]);
      if (s.kind == Kind::ste) lowest = std::min(lowest, s.at & ~(level_2_bytes - 1));
    }
    const std::uint64_t level_1 = written(Bench::STRTAB_BASE) & 0x000f'ffff'ffff'ffc0;
    for (const std::uint32_t stream : configured_streams()) {
      const std::uint32_t group = stream >> 8;
      const auto [place, made] =
          groups_.try_emplace(group, lowest + level_2_bytes * groups_.size());
      if (made) bench_.memory.store(level_1 + 8 * group, place->second | 9);  // Span
    }
  }

  /// Streams as their CFGI_STEs come.
  std::vector<std::uint32_t> configured_streams() const {
    std::vector<std::uint32_t> streams;
    for (const RecordedStep& s : steps_) {
      if (s.kind == Kind::command && (s.words[0] & 0xff) == 0x03)
        streams.push_back(static_cast<std::uint32_t>(s.words[0] >> 32));
    }
    return streams;
  }

  Task<void> step(std::size_t i) {
    const RecordedStep& s = steps_[i];
    if (s.kind == Kind::read) return read(s);
    return s.kind == Kind::write ? write(i) : nothing();
  }
  Task<void> nothing() { co_return; }

  /// Commands stand in memory before SMMU_CMDQ_PROD says so; their rows follow its own.
  Task<void> write(std::size_t i) {
    const RecordedStep& s = steps_[i];
    if (s.at == Bench::CMDQ_PROD) {
      const std::uint64_t queue = written(Bench::CMDQ_BASE) & 0x000f'ffff'ffff'ffe0;
      for (; posted_ != s.words[0]; ++posted_) {
        const RecordedStep& command = steps_[++i];
        EXPECT_EQ(command.kind, Kind::command);
        EXPECT_EQ(command.at, posted_);
        EXPECT_TRUE(decode_command({command.words[0], command.words[1]}, Features{}));
        bench_.memory.store(queue + 16 * command.at, command.words[0]);
        bench_.memory.store(queue + 16 * command.at + 8, command.words[1]);
      }
    }
    co_await bench_.write(s.at, s.words[0], s.size);
  }

  Task<void> read(const RecordedStep& s) {
    const std::uint64_t compared = ~may_differ(s.at);
    const bool polled =
        s.at == Bench::CR0ACK || s.at == Bench::IRQ_CTRLACK || s.at == Bench::CMDQ_CONS;
    std::uint64_t value = co_await bench_.read(s.at, s.size);
    for (unsigned polls = 0; polled && value != s.words[0] && polls < 1000; ++polls) {
      co_await bench_.sleep(10 * nanosecond);
      value = co_await bench_.read(s.at, s.size);
    }
    EXPECT_EQ(value & compared, s.words[0] & compared) << "at offset " << std::hex << s.at;
  }

  /// A page behind the tables of each CD, and a device of each stream that writes to it.
  Task<void> devices_get_through() {
    constexpr std::uint64_t iova = 0xffff'f000, page = 0xa000'0000;
    for (const RecordedStep& s : steps_) {
      if (s.kind == Kind::cd) bench_.map(iova, page, Bench::page_rw, s.words[1]);
    }
    for (const std::uint32_t stream : streams_fetched()) {
      const bool aborts = (bench_.memory.load(entry_of(stream)) & 0xf) == 1;
      const bool ok = co_await bench_.can_write(stream, iova);
      EXPECT_NE(ok, aborts) << "stream " << std::hex << stream;
    }
  }

  std::uint64_t entry_of(std::uint32_t stream) const {
    return groups_.at(stream >> 8) + 64 * (stream & 0xff);
  }
  std::set<std::uint32_t> streams_fetched() const {
    std::set<std::uint32_t> streams;
    for (const RecordedStep& s : steps_) {
      if (s.kind != Kind::ste) continue;
      const auto base = s.at & ~(level_2_bytes - 1);
      const auto group = std::find_if(groups_.begin(), groups_.end(),
                                      [base](const auto& g) { return g.second == base; });
      EXPECT_NE(group, groups_.end()) << "no stream has its STE at " << std::hex << s.at;
      if (group == groups_.end()) continue;
      streams.insert(group->first << 8 | static_cast<std::uint32_t>((s.at - base) / 64));
    }
    EXPECT_FALSE(streams.empty());
    return streams;
  }

  Bench& bench_;
  std::vector<RecordedStep> steps_;
  std::map<std::uint32_t, std::uint64_t> groups_;  // a level-2 table by the upper bits of StreamIDs
  std::uint64_t posted_ = 0;
};

/// What QEMU 7.2 offers and a parameter decides.
SmmuParameters as_qemu() {
  SmmuParameters p;
  p.msi = p.send_event = p.offered.stage2 = false;
  p.command_queue_log2 = p.event_queue_log2 = 19;
  return p;
}

class RecordedProbe : public testing::TestWithParam<const char*> {};

TEST_P(RecordedProbe, GoesAsOnQemu) {
  Bench bench(as_qemu());
  Player player(bench, GetParam());
  bench.run(player.play());
}
INSTANTIATE_TEST_SUITE_P(Recordings, RecordedProbe,
                         testing::Values("smmu_probe", "smmu_probe_lazy", "smmu_probe_passthrough",
                                         "smmu_probe_tree"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace doorbell::smmu::test
