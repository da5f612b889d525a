#include "doorbell/core/requester_label.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <vector>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell {
namespace {

constexpr std::uint64_t doorbell_address = 0x0809'0040;

/// A device that knows nothing of us: writes `events` to `address`, one after the other.
class Device : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Device);
  explicit Device(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(run); }
  tlm_utils::simple_initiator_socket<Device, 64> socket{"socket"};
  std::function<void()> software;
  Requester* extension = nullptr;
  bool left_behind = false;

  bool access(tlm::tlm_command command, std::uint64_t address, std::uint32_t data) {
    Payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<std::uint8_t*>(&data));
    payload.set_data_length(sizeof data);
    payload.set_streaming_width(sizeof data);
    if (extension != nullptr) payload.set_extension(extension);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    wait(delay);
    left_behind = requester_of(payload) != extension;
    payload.clear_extension(extension);
    return payload.is_response_ok();
  }

 private:
  void run() { software(); }
};

/// What comes to the blocks behind the label. Takes the Journey of an MSI over if told to.
class Block : public Module {
 public:
  explicit Block(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", tasks_, {}, [this](Payload& p) { return serve(p); }) {}
  TargetSocket socket;
  bool takes_over = true;
  tlm::tlm_response_status answer = tlm::TLM_OK_RESPONSE;
  std::vector<Requester> seen;

 private:
  Task<void> serve(Payload& payload) {
    Requester& requester = *requester_of(payload);
    seen.push_back(requester);
    co_await Delay{scheduler(), 100};
    if (takes_over) {
      simulation().journeys().finish(requester.journey, Outcome::acknowledged, now());
      requester.journey = {};
    }
    payload.set_response_status(answer);
  }
  TaskGroup tasks_{scheduler()};
};

class RequesterLabelTest : public ::testing::Test {
 protected:
  void run(std::function<void()> software) {
    device.socket.bind(label.upstream);
    label.downstream.bind(block.socket);
    device.software = std::move(software);
    sc_core::sc_start(10, sc_core::SC_NS);
    EXPECT_FALSE(device.left_behind) << "an extension that isn't the device's";
    EXPECT_EQ(journeys.in_flight(), 0u) << "an MSI whose end nobody told";
  }
  JourneyLog& journeys = Simulation::current().journeys();
  Device device{"device"};
  Block block{"block"};
  RequesterLabel label{"label",
                       {.stream_id = 0x21, .device_id = 0x43, .doorbell = doorbell_address}};
};

TEST_F(RequesterLabelTest, TellsWhoSentATransaction) {
  run([&] {
    EXPECT_TRUE(device.access(tlm::TLM_READ_COMMAND, 0x1000, 0));
    EXPECT_TRUE(device.access(tlm::TLM_WRITE_COMMAND, 0x1000, 7));
  });
  ASSERT_EQ(block.seen.size(), 2u);
  EXPECT_EQ(block.seen[0].stream_id, 0x21u);
  EXPECT_EQ(block.seen[1].device_id, 0x43u);
  EXPECT_FALSE(block.seen[1].journey) << "no MSI";
  EXPECT_EQ(label.messages_sent(), 0u);
}

TEST_F(RequesterLabelTest, AWriteToTheDoorbellIsAnMsiWithAJourney) {
  run([&] {
    device.access(tlm::TLM_WRITE_COMMAND, doorbell_address, 5);
    device.access(tlm::TLM_READ_COMMAND, doorbell_address, 0);
  });
  EXPECT_EQ(label.messages_sent(), 1u) << "a read of it isn't";
  EXPECT_EQ(journeys.finished(Outcome::acknowledged), 1u);
  const auto vectors = Simulation::current().stage_statistics().vectors();
  ASSERT_EQ(vectors.size(), 1u);
  EXPECT_EQ(vectors[0].device, 0x43u);
  EXPECT_EQ(vectors[0].event, 5u) << "the data of the write";
  EXPECT_EQ(vectors[0].end_to_end.maximum(), 100u);
}

TEST_F(RequesterLabelTest, AnMsiThatNobodyTakesOverIsMisdirected) {
  block.takes_over = false;
  run([&] { device.access(tlm::TLM_WRITE_COMMAND, doorbell_address, 5); });
  EXPECT_EQ(journeys.finished(Outcome::misdirected), 1u);
  EXPECT_EQ(label.messages_misdirected(), 1u);
}

TEST_F(RequesterLabelTest, AnMsiThatIsRefusedWasAnsweredWithAnError) {
  block.takes_over = false;
  block.answer = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  run([&] { EXPECT_FALSE(device.access(tlm::TLM_WRITE_COMMAND, doorbell_address, 5)); });
  EXPECT_EQ(journeys.finished(Outcome::answered_with_error), 1u);
  EXPECT_EQ(label.messages_misdirected(), 0u);
}

TEST_F(RequesterLabelTest, KeepsWhatARequesterThatIsThereSays) {
  Requester own;
  own.pasid = 9;
  own.has_pasid = true;
  device.extension = &own;
  run([&] { device.access(tlm::TLM_WRITE_COMMAND, 0x1000, 1); });
  ASSERT_EQ(block.seen.size(), 1u);
  EXPECT_EQ(block.seen[0].pasid, 9u);
  EXPECT_EQ(block.seen[0].stream_id, 0x21u);
}

}  // namespace
}  // namespace doorbell
