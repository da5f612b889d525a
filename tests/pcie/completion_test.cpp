// Completions, TLP by TLP: what a root complex and an endpoint answer, and what they make of
// answers.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/pcie/system.h"
#include "tests/pcie/tlp_neighbour.h"

namespace doorbell::pcie::test {
namespace {

using pcie_tlp::Status;
using pcie_tlp::Type;

std::vector<std::uint8_t> count_up(unsigned length, unsigned from = 1) {
  std::vector<std::uint8_t> bytes(length);
  std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(from));
  return bytes;
}

Tlp read_of(std::uint64_t address, unsigned length, std::uint16_t tag = 5) {
  Tlp tlp;
  tlp.type = Type::memory_read;
  tlp.requester_id = 0x108;
  tlp.address = address;
  tlp.length = length;
  tlp.tag = tag;
  return tlp;
}

/// Part of the answer to `request`, from `done` bytes on.
Tlp part_of(const Tlp& request, unsigned done, unsigned length) {
  Tlp tlp = completion_of(request, 0, Status::successful);
  tlp.type = Type::completion_with_data;
  tlp.address = request.address + done;
  tlp.length = length;
  tlp.byte_count = static_cast<std::uint16_t>(request.length - done);
  return tlp;
}

// --- What a root complex answers ---

class RootComplexAnswers : public ::testing::Test {
 protected:
  RootComplexAnswers() {
    processor.configuration.bind(root.configuration);
    processor.reads.bind(root.processor_reads);
    processor.writes.bind(root.processor_writes);
    root.memory_reads().bind(memory.reads);
    root.memory_writes().bind(memory.writes);
    root.port(0).bind(device.port);
  }
  const Arrival& only_arrival() {
    System::run();
    EXPECT_EQ(device.arrivals.size(), 1u);
    return device.arrivals.at(0);
  }
  Processor processor{"processor"};
  Memory memory{"memory"};
  RootComplex root{"root"};
  LowerNeighbour device{"device"};
};

TEST_F(RootComplexAnswers, UnsupportedRequestWhereNothingIs) {
  memory.end = high_memory;  // a decode error
  device.send_at(0, read_of(high_memory, 64));
  const Arrival& answer = only_arrival();
  EXPECT_EQ(answer.tlp.type, Type::completion);
  EXPECT_EQ(answer.tlp.status, Status::unsupported_request);  // PCIe 6.0 2.3.1
  EXPECT_EQ(answer.tlp.tag, 5u);
  EXPECT_EQ(answer.tlp.requester_id, 0x108u);
}

TEST_F(RootComplexAnswers, CompleterAbortToWhatIsTerminated) {
  memory.status = [](std::uint64_t) { return tlm::TLM_GENERIC_ERROR_RESPONSE; };
  device.send_at(0, read_of(high_memory, 64));
  const Arrival& answer = only_arrival();
  EXPECT_EQ(answer.tlp.type, Type::completion);
  EXPECT_EQ(answer.tlp.status, Status::completer_abort);
}

TEST_F(RootComplexAnswers, UnsupportedRequestToConfigurationRequestsOfDevices) {
  Tlp tlp = read_of(0, 4);
  tlp.type = Type::configuration_read;
  device.send_at(0, tlp);
  EXPECT_EQ(only_arrival().tlp.status, Status::unsupported_request);
  EXPECT_TRUE(memory.accesses.empty());
}

TEST_F(RootComplexAnswers, ReadsInPiecesThatEndAtReadCompletionBoundaries) {
  const auto bytes = count_up(300);
  memory.fill(high_memory + 0x3c, bytes);
  device.send_at(0, read_of(high_memory + 0x3c, 300));
  System::run();
  ASSERT_EQ(device.arrivals.size(), 2u);  // 256 bytes at most, to a multiple of 64
  const auto& [first, second] = std::tie(device.arrivals[0], device.arrivals[1]);
  EXPECT_EQ(first.tlp.byte_count, 300u);
  EXPECT_EQ(first.tlp.length, 196u);
  EXPECT_EQ(header_of(first.tlp).lower_address, 0x3cu);
  EXPECT_EQ(second.tlp.byte_count, 104u);
  EXPECT_EQ(second.tlp.length, 104u);
  EXPECT_EQ(header_of(second.tlp).lower_address, 0u);
  auto all = first.data;
  all.insert(all.end(), second.data.begin(), second.data.end());
  EXPECT_EQ(all, bytes);
}

TEST_F(RootComplexAnswers, TheirLengthCountsDoubleWordsFromTheFirstBytes) {
  device.send_at(0, read_of(high_memory + 3, 14));
  const Arrival& answer = only_arrival();
  const TlpHeader header = header_of(answer.tlp);
  EXPECT_EQ(header.length_dw, 5u);  // 3 + 14 bytes (PCIe 6.0 2.2.9)
  EXPECT_EQ(header.lower_address, 3u);
  EXPECT_EQ(header.byte_count, 14u);
  EXPECT_EQ(credits_needed(header), (FlowCredits{1, 2}));
}

// --- What a root complex makes of answers ---

Task<void> load_bytes(Processor& processor, std::uint64_t address, std::vector<std::uint8_t>& data,
                      Time& done) {
  PayloadReference payload = Simulation::current().payloads().take(
      tlm::TLM_READ_COMMAND, address, static_cast<unsigned>(data.size()));
  co_await processor.way_of(*payload).transport(*payload);
  EXPECT_TRUE(payload->is_response_ok());
  data.assign(payload->data().begin(), payload->data().end());
  done = Simulation::current().scheduler().now();
}

TEST_F(RootComplexAnswers, AProcessorsReadEndsWithTheLastOfItsCompletions) {
  std::vector<std::uint8_t> data(256);
  Time done = 0;
  processor.start(load_bytes(processor, 0x1000'0000, data, done));
  System::run(microsecond);
  ASSERT_EQ(device.arrivals.size(), 1u);
  const Tlp request = device.arrivals[0].tlp;
  EXPECT_EQ(request.length, 256u);
  device.send_at(2 * microsecond, part_of(request, 0, 128), count_up(128));
  device.send_at(3 * microsecond, part_of(request, 128, 64), count_up(64, 129));
  device.send_at(5 * microsecond, part_of(request, 192, 64), count_up(64, 193));
  System::run();
  EXPECT_GE(done, 5 * microsecond);
  EXPECT_EQ(data, count_up(256));
}

TEST_F(RootComplexAnswers, AFailedReadReadsAllOnes) {
  std::vector<std::uint8_t> data(8);
  Time done = 0;
  processor.start(load_bytes(processor, 0x1000'0000, data, done));
  System::run(microsecond);
  ASSERT_EQ(device.arrivals.size(), 1u);
  device.send_at(2 * microsecond,
                 completion_of(device.arrivals[0].tlp, 8, Status::completer_abort));
  System::run();
  EXPECT_EQ(data, std::vector<std::uint8_t>(8, 0xff));
}

TEST_F(RootComplexAnswers, ACompletionThatNobodyWaitsForIsCounted) {
  const Tlp request = read_of(0x1000, 64, 300);
  device.send_at(0, part_of(request, 0, 64), count_up(64));
  Tlp beyond = read_of(0x1000, 64, 0x3ff);  // the last tag there is
  device.send_at(0, completion_of(beyond, 0, Status::successful));
  System::run();
  const auto& counter = dynamic_cast<const Counter&>(
      *Simulation::current().statistics().find("root.unsupported_requests"));
  EXPECT_EQ(counter.value(), 2u);
}

// --- An endpoint ---

class EndpointAnswers : public ::testing::Test {
 protected:
  EndpointAnswers() {
    parameters.functions = 2;
    endpoint = std::make_unique<Endpoint>("endpoint", parameters);
    root.port.bind(endpoint->link);
    for (unsigned i : {0u, 1u}) {
      Function& f = endpoint->function(i);
      f.set_requester_id(static_cast<std::uint16_t>(0x300 + i));
      f.write_configuration(0x10, 4, bar(i));
      f.write_configuration(ConfigurationSpace::Command, 2, 6);
    }
  }
  static std::uint32_t bar(unsigned function) { return 0x1000'0000 + 0x10'0000 * function; }
  std::uint64_t count(const std::string& name) {
    return dynamic_cast<const Counter&>(*Simulation::current().statistics().find(name)).value();
  }
  EndpointParameters parameters;
  UpperNeighbour root{"root"};
  std::unique_ptr<Endpoint> endpoint;
};

Task<void> read_bytes(Function& f, std::vector<std::uint8_t>& data, bool& ok, Time& done) {
  ok = co_await f.read(high_memory, static_cast<std::uint32_t>(data.size()), data);
  done = Simulation::current().scheduler().now();
}

/// A read of a function, and the request of it that has come.
struct PendingRead {
  explicit PendingRead(unsigned length) : data(length) {}
  std::vector<std::uint8_t> data;
  bool ok = false;
  Time done = never;
};

TEST_F(EndpointAnswers, AReadEndsWithTheLastOfItsCompletions) {
  PendingRead read(256);
  TaskGroup tasks(Simulation::current().scheduler());
  tasks.spawn(read_bytes(endpoint->function(0), read.data, read.ok, read.done));
  System::run(microsecond);
  ASSERT_EQ(root.arrivals.size(), 1u);
  const Tlp request = root.arrivals[0].tlp;
  EXPECT_EQ(request.requester_id, 0x300u);
  root.send_at(2 * microsecond, part_of(request, 0, 64), count_up(64));
  root.send_at(3 * microsecond, part_of(request, 64, 128), count_up(128, 65));
  root.send_at(7 * microsecond, part_of(request, 192, 64), count_up(64, 193));
  System::run();
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.done, 7 * microsecond);
  EXPECT_EQ(read.data, count_up(256));
  EXPECT_EQ(count("endpoint.function0.unexpected_completions"), 0u);
}

TEST_F(EndpointAnswers, AReadThatFailsInTheMiddleEndsThere) {
  PendingRead read(256);
  TaskGroup tasks(Simulation::current().scheduler());
  tasks.spawn(read_bytes(endpoint->function(0), read.data, read.ok, read.done));
  System::run(microsecond);
  const Tlp request = root.arrivals.at(0).tlp;
  root.send_at(2 * microsecond, part_of(request, 0, 64), count_up(64));
  root.send_at(3 * microsecond, completion_of(request, 0, Status::completer_abort));
  root.send_at(4 * microsecond, part_of(request, 64, 192), count_up(192));  // too late
  System::run();
  EXPECT_FALSE(read.ok);
  EXPECT_EQ(read.done, 3 * microsecond);
  EXPECT_EQ(count("endpoint.function0.unexpected_completions"), 1u);
  EXPECT_EQ(endpoint->function(0).tags_in_use(), 0u);
}

TEST_F(EndpointAnswers, ACompletionForAnotherDeviceIsNone) {
  PendingRead read(64);
  TaskGroup tasks(Simulation::current().scheduler());
  tasks.spawn(read_bytes(endpoint->function(0), read.data, read.ok, read.done));
  System::run(microsecond);
  Tlp other = root.arrivals.at(0).tlp;
  other.requester_id = 0x308;  // the same function number of device 1
  root.send_at(2 * microsecond, part_of(other, 0, 64), count_up(64));
  System::run(millisecond);
  EXPECT_EQ(read.done, never);
  EXPECT_EQ(count("endpoint.unsupported_requests"), 1u);
}

TEST_F(EndpointAnswers, MemoryReadsInPiecesOf128Bytes) {
  root.send_at(0, read_of(bar(1) + 3, 301));
  System::run();
  ASSERT_EQ(root.arrivals.size(), 3u);
  const unsigned lengths[] = {125, 128, 48};
  unsigned left = 301;
  for (unsigned i = 0; i < 3; ++i) {
    const Tlp& tlp = root.arrivals[i].tlp;
    EXPECT_EQ(tlp.length, lengths[i]);
    EXPECT_EQ(tlp.byte_count, left);
    EXPECT_EQ(tlp.completer_id, 0x301u);
    left -= lengths[i];
  }
  EXPECT_EQ(header_of(root.arrivals[0].tlp).length_dw, 32u);
}

TEST_F(EndpointAnswers, UnsupportedRequestWhereNoFunctionIs) {
  Tlp configuration = read_of(0, 4);
  configuration.type = Type::configuration_read;
  configuration.completer_id = 0x302;
  root.send_at(0, configuration);
  root.send_at(1, read_of(bar(1) + 0x10'0000, 4));
  System::run();
  ASSERT_EQ(root.arrivals.size(), 2u);
  for (const Arrival& answer : root.arrivals) {
    EXPECT_EQ(answer.tlp.type, Type::completion);
    EXPECT_EQ(answer.tlp.status, Status::unsupported_request);
  }
  EXPECT_EQ(count("endpoint.unsupported_requests"), 2u);
}

}  // namespace
}  // namespace doorbell::pcie::test
