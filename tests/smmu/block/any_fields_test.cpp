// Fields of any content, huge and reserved ones, in STEs, CDs, commands and registers, as a guest
// that errs or a hostile one writes them, through the whole SMMU: it neither stops nor hangs, and
// each ends as the architecture says. What single fields mean is the business of the tables of
// 5.2.2 and 5.4.2 in tests/smmu/unit, and of tests/fuzz, which reach no queue and no time.
#include <algorithm>
#include <map>

#include "doorbell/core/arch/random.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/smmu/arch/procedure.h"
#include "doorbell/smmu/arch/untimed_access.h"
#include "tests/smmu/block/two_stages.h"
#include "tests/support/long_run.h"

namespace doorbell::smmu::test {
namespace {

/// All that there is.
SmmuParameters everything() {
  SmmuParameters p = with_stage2();
  p.offered.input_address_size = InputAddressSize::bits_52;
  p.output_address_size = AddressSize::bits_52;
  p.offered.substream_id_bits = 20;
  p.offered.table_updates = TableUpdates::dirty_state;
  p.offered.attribute_overrides = OfferedOverrides::both;
  p.offered.termination_model = TerminationModel::configurable;
  p.offered.stall = StallModel::configurable;
  p.offered.address_translation_operations = true;
  p.offered.ats = p.offered.ats_split_stage = p.offered.pri = true;
  return p;
}

/// Where the interrupt of the PRI queue goes.
struct Listener : Module {
  explicit Listener(Tcu& tcu, const sc_core::sc_module_name& module_name = "listener")
      : Module(module_name) {
    tcu.priq->bind(priq);
  }
  WireIn priq{"priq", [](bool) {}};
};
struct AnyFieldsBench : Bench {
  AnyFieldsBench() : Bench(everything()) {}
  Listener listener{smmu.tcu};
};

/// A field, or all of a word, becomes something else.
std::uint64_t changed(std::uint64_t word, Random& random) {
  const std::uint64_t low = random.below(64), bits = 1 + random.below(64 - low);
  const std::uint64_t field = (bits == 64 ? ~0ULL : (1ULL << bits) - 1) << low;
  switch (random.below(5)) {
    case 0:
      return word | field;
    case 1:
      return word & ~field;
    case 2:
      return (word & ~field) | (random.next() & field);
    case 3:
      return random.next();
    default:
      return word ^ 1ULL << low;
  }
}

/// Streams 1 to 3: stage 1, stage 2, and both; the structures that describe them.
class Structures {
 public:
  explicit Structures(Bench& bench) : b_(bench), host_(bench, 7, 0x9f00'0000), guest_(host_) {
    b_.translate_stream(1);
    b_.map(0x8, 0xa000'0000);
    host_.translate_stream(2);
    host_.map(0, 0xa000'1000);
    host_.nest_stream(3, Guest::ipa(Guest::cd));
    guest_.map(0, Guest::ipa(Guest::data));
    for (const std::uint32_t stream : {1u, 2u, 3u})
      stes_[stream] = words_at(b_.ste_of(stream));
    cds_[1] = words_at(cd_of(1));
    cds_[3] = words_at(cd_of(3));
  }

  Task<void> run(unsigned cases) {
    for (unsigned n = 0; n < cases && !testing::Test::HasFailure(); ++n)
      co_await one(1 + static_cast<std::uint32_t>(random_.below(3)));
  }
  /// How often which event was recorded.
  std::map<EventType, unsigned> events;
  unsigned passed = 0;

 private:
  using Words = std::array<std::uint64_t, 8>;

  Words words_at(std::uint64_t at) {
    Words words;
    for (unsigned i = 0; i < 8; ++i)
      words[i] = b_.memory.load(at + 8 * i);
    return words;
  }
  void store(std::uint64_t at, const Words& words) {
    for (unsigned i = 0; i < 8; ++i)
      b_.memory.store(at + 8 * i, words[i]);
  }
  std::uint64_t cd_of(std::uint32_t stream) const {
    return stream == 1 ? b_.context_of(1) : Guest::pa(Guest::cd);
  }
  Words some_changed(Words words) {
    for (std::uint64_t times = random_.below(4); times > 0; --times) {
      std::uint64_t& word = words[random_.below(8)];
      word = changed(word, random_);
    }
    return words;
  }

  Task<void> one(std::uint32_t stream) {
    const Words ste = some_changed(stes_.at(stream));
    store(b_.ste_of(stream), ste);
    if (stream != 2) store(cd_of(stream), some_changed(cds_.at(stream)));
    co_await b_.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {stream}});
    co_await b_.command_and_sync({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
    co_await b_.command_and_sync({.opcode = Opcode::CMD_TLBI_EL2_ALL});
    Dma d{.stream = stream, .address = 0x8, .write = random_.below(2) == 0};
    d.privileged = random_.below(2) == 0;
    d.instruction = random_.below(4) == 0;
    if (random_.below(8) == 0) d.address = random_.next() & ~7ULL;
    if (random_.below(4) == 0) {
      d.pasid = true;
      d.substream = static_cast<std::uint32_t>(random_.below(2) == 0 ? 0 : random_.below(1 << 20));
    }
    const TranslationOutcome expected = outcome_of(d);
    co_await b_.dma(d);
    const std::vector<EventRecord> records = co_await b_.take_events();
    SCOPED_TRACE(testing::Message() << "STE " << std::hex << ste[0] << ' ' << ste[1] << ' '
                                    << ste[2] << ' ' << ste[3] << " address " << d.address);
    check(ste, d, records);
    compare(expected, d, records);
  }
  /// What 5.2 says, whatever else is in the STE.
  void check(const Words& ste, const Dma& d, const std::vector<EventRecord>& records) {
    constexpr std::uint64_t C_BAD_STE = 4;
    EXPECT_TRUE(d.done);
    EXPECT_LE(records.size(), 1u);
    for (const EventRecord& record : records)
      EXPECT_EQ(record[0] >> 32, d.stream);
    const std::uint64_t config = ste[0] >> 1 & 7;
    if ((ste[0] & 1) == 0) {
      EXPECT_FALSE(d.ok) << "V = 0";
      EXPECT_TRUE(records.size() == 1 && (records[0][0] & 0xff) == C_BAD_STE) << "V = 0";
    } else if (config < 4) {
      EXPECT_FALSE(d.ok) << "Config = 0b0xx";
      EXPECT_TRUE(records.empty()) << "Config = 0b0xx";
    }
  }
  void compare(const TranslationOutcome& expected, const Dma& d,
               const std::vector<EventRecord>& records) {
    using Kind = TranslationOutcome::Kind;
    const bool passes = expected.kind == Kind::translated || expected.kind == Kind::raz_wi;
    EXPECT_EQ(d.ok, passes);
    passed += d.ok;
    const bool recorded = expected.kind != Kind::translated &&
                          expected.event.type != EventType::none && !expected.suppressed;
    EXPECT_EQ(records.size(), recorded ? 1u : 0u) << to_string(expected.event.type);
    if (!recorded || records.size() != 1) return;
    EXPECT_EQ(records[0], encode(expected.event)) << to_string(expected.event.type);
    ++events[expected.event.type];
  }
  /// Of the tables as they are, without caches, time and queues.
  TranslationOutcome outcome_of(const Dma& d) {
    GlobalConfiguration global{.features = everything().features(), .enabled = true};
    global.records_bad_streams = true;  // CR2 of Bench::enable
    global.stream_table = {.base = Bench::stream_table, .log2_size = Bench::log2_streams};
    UntimedAccess tables([this](std::uint64_t at) { return std::optional(b_.memory.load(at)); });
    TranslationQuery query{.address = d.address};
    query.stream = {d.stream, d.substream, d.pasid};
    query.access = {d.write, d.privileged, d.instruction};
    return run_now(translate(global, query, tables));
  }

  Bench& b_;
  Hypervisor host_;
  Guest guest_;
  Random random_{1};
  std::map<std::uint32_t, Words> stes_, cds_;
};

TEST(SmmuAnyFields, OfStesAndCdsEndAsTheArchitectureSays) {
  AnyFieldsBench bench;
  Structures structures(bench);
  bench.run(bench.enable());
  for (unsigned n = doorbell::test::cases(8u, 400u); n > 0 && !HasFailure(); --n)
    bench.run(structures.run(400));
  EXPECT_GT(structures.passed, 200u);
  for (const EventType type :
       {EventType::C_BAD_STE, EventType::C_BAD_SUBSTREAMID, EventType::F_STREAM_DISABLED,
        EventType::C_BAD_CD, EventType::F_TRANSLATION, EventType::F_ADDR_SIZE}) {
    EXPECT_GE(structures.events[type], 5u) << to_string(type);
  }
}

/// Opcodes of a Non-secure queue (4.1.1) that are there with `everything`.
bool is_offered(unsigned opcode) {
  constexpr unsigned offered[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x10, 0x11, 0x12, 0x13, 0x20,
                                  0x21, 0x22, 0x23, 0x28, 0x2a, 0x30, 0x40, 0x41, 0x44, 0x45, 0x46};
  return std::find(std::begin(offered), std::end(offered), opcode) != std::end(offered);
}

/// A command that isn't there is CERROR_ILL, at its place; every other one is consumed or, with
/// fields that are ILLEGAL, likewise CERROR_ILL. After either the queue goes on.
Task<void> any_commands(Bench& b, Random& random, unsigned cases, unsigned& illegal) {
  constexpr std::uint32_t index_and_wrap = 0xfffff;
  for (unsigned n = 0; n < cases && !testing::Test::HasFailure(); ++n) {
    CommandWords words{random.next(), random.next()};
    if (random.below(4) != 0) words[0] &= ~0xffULL;
    if (random.below(4) != 0) words[0] |= random.below(0x50);
    if (random.below(2) == 0) words[random.below(2)] = changed(words[0], random);
    // Messages go where nobody has anything.
    const unsigned opcode = words[0] & 0xff;
    if (opcode == 0x46) words[1] = (words[1] & 0xfff) | 0x7'0000'0000;
    const std::uint32_t at = b.prod();
    const std::uint64_t acknowledged = co_await b.read(Bench::GERRORN);
    b.post(words);
    b.post(Command{});
    co_await b.ring();
    std::uint64_t active = acknowledged;
    for (unsigned polls = 0; polls < 1000 && active == acknowledged; ++polls) {
      const std::uint64_t consumed = co_await b.read(Bench::CMDQ_CONS);
      if ((consumed & index_and_wrap) == b.prod()) break;
      active = co_await b.read(Bench::GERROR);
    }
    const std::uint64_t cons = co_await b.read(Bench::CMDQ_CONS);
    SCOPED_TRACE(testing::Message() << "command " << std::hex << words[0] << ' ' << words[1]);
    if ((cons & index_and_wrap) == b.prod()) {
      EXPECT_TRUE(is_offered(opcode));
      continue;
    }
    ++illegal;
    EXPECT_EQ((active ^ acknowledged) & 1, 1u) << "CMDQ_ERR";
    EXPECT_EQ(cons, 1u << 24 | at) << "CERROR_ILL, at the command";
    const std::uint64_t place = Bench::command_queue + 16 * (at % (1u << Bench::log2_commands));
    b.memory.store(place, 0x46);
    b.memory.store(place + 8, 0);
    co_await b.write(Bench::GERRORN, active);
    co_await b.drained();
  }
  // It still does what it is for.
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
}
TEST(SmmuAnyFields, OfCommandsAreCarriedOutOrIllegal) {
  AnyFieldsBench bench;
  Random random(2);
  unsigned illegal = 0;
  bench.run(bench.enable());
  const unsigned rounds = doorbell::test::cases(2u, 100u), cases = 1000;
  for (unsigned n = 0; n < rounds && !HasFailure(); ++n)
    bench.run(any_commands(bench, random, cases, illegal));
  EXPECT_GT(illegal, rounds * cases / 10);
  EXPECT_LT(illegal, rounds * cases * 9 / 10);
}

/// `Bench::enable` for queues that have been in use.
Task<void> restart(Bench& b) {
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0);
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  const std::uint64_t errors = co_await b.read(Bench::GERROR);
  co_await b.write(Bench::GERRORN, errors);
  co_await b.write(Bench::CR2, 0x6);
  co_await b.write(Bench::STRTAB_BASE, Bench::stream_table, 8);
  co_await b.write(Bench::STRTAB_BASE_CFG, b.strtab_base_cfg);
  co_await b.write(Bench::CMDQ_BASE, Bench::command_queue | Bench::log2_commands, 8);
  co_await b.write(Bench::CMDQ_PROD, b.prod());
  co_await b.write(Bench::CMDQ_CONS, b.prod());
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 8);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 9);
}

/// Accesses of any place, width and value; then software that knows what it does takes over, and
/// finds an SMMU that works.
Task<void> any_accesses(Bench& b, Random& random, unsigned cases) {
  for (unsigned n = 0; n < cases; ++n) {
    // Most are where registers are.
    std::uint64_t offset = random.below(random.below(4) == 0 ? 0x2'0000 : 0x200) & ~3ULL;
    if (offset < 0x1'0000 && random.below(3) == 0) offset += 0x1'0000;
    const unsigned size = random.below(2) == 0 ? 4 : 8;
    if (size == 8) offset &= ~7ULL;
    const PayloadReference p = b.simulation().payloads().take(
        random.below(3) == 0 ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND, offset, size);
    for (unsigned i = 0; i < size; ++i)
      p->data()[i] = static_cast<std::uint8_t>(random.below(4) == 0 ? 0xff : random.next());
    co_await b.cpu.transport(*p);
    if (random.below(8) == 0) {
      const Dma d = co_await b.dma_of({.stream = static_cast<std::uint32_t>(random.below(64)),
                                       .address = random.next() & ~7ULL});
      EXPECT_TRUE(d.done);
    }
  }
  co_await restart(b);
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {1}});
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
}
TEST(SmmuAnyFields, OfRegistersLeaveAnSmmuThatWorks) {
  AnyFieldsBench bench;
  Random random(3);
  for (unsigned n = doorbell::test::cases(8u, 400u); n > 0 && !HasFailure(); --n)
    bench.run(any_accesses(bench, random, 300));
}

}  // namespace
}  // namespace doorbell::smmu::test
