// MSIs of a device that translates by itself: the firmware lets its stream use ATS, the device asks
// for the doorbell's translation, and writes to GITS_TRANSLATER by a Translated request.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/protocols/dti_ats.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/own_device.h"
#include "sw/drivers/smmu/ats.h"
#include "sw/include/processor.h"
#include "tests/system/machine.h"
#include "tests/system/road.h"

namespace doorbell::testing {
namespace {

constexpr std::uint32_t id = 0x100;
constexpr std::uint64_t translater = 0x0809'0040;  // GITS_TRANSLATER
constexpr std::uint64_t of_page = 0xfff;
constexpr std::uint64_t F_TRANSL_FORBIDDEN = 0x07;

/// DMA by Translated requests, and Translation Requests as a root complex would send them.
class Device : public Module {
 public:
  Device(const sc_core::sc_module_name& name, MessageTarget<DtiAts>& smmu)
      : Module(name),
        dma("dma"),
        registers("registers", tasks_, {}, [](Payload&) { return Task<void>::ready(); }),
        ats_("ats", [this](const dti_ats::ToRootComplex& message) { receive(message); }) {
    ats_.bind(smmu);
    tasks_.spawn(grant());
  }
  InitiatorSocket dma;
  TargetSocket registers;
  std::optional<dti_ats::TranslationAnswer> answer;
  std::optional<bool> written;

  Task<void> ask(std::uint64_t address) {
    answer.reset();
    co_await ats_.credits(DtiAts::translation_credits).take();
    ats_.send(dti_ats::TranslationRequest{.stream = {id}, .address = address}, link);
  }
  Task<void> write(std::uint64_t address, std::uint32_t value) {
    written.reset();
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, address, 4);
    payload->requester().address_type = AddressType::translated;
    store_little_endian(payload->data(), value);
    co_await dma.transport(*payload);
    written = payload->is_response_ok();
  }

 private:
  Task<void> grant() {
    ats_.grant(DtiAts::invalidation_credits, 1);
    return Task<void>::ready();
  }
  void receive(const dti_ats::ToRootComplex& message) {
    if (const auto* const request = std::get_if<dti_ats::InvalidationRequest>(&message)) {
      ats_.return_credit(DtiAts::invalidation_credits, 1, link);
      ats_.send(dti_ats::InvalidationAcknowledge{request->stream.stream_id, request->tag}, link);
    } else {
      answer = std::get<dti_ats::TranslationAnswer>(message);
    }
  }
  static constexpr Time link = 8 * nanosecond;
  TaskGroup tasks_{scheduler()};
  MessageInitiator<DtiAts> ats_;
};

virt::VirtParameters with_ats(virt::VirtParameters parameters = {}) {
  parameters.smmu.offered.ats = true;
  parameters.check_protocol = true;
  return parameters;
}

class TranslatedMsi : public ::testing::Test {
 protected:
  explicit TranslatedMsi(const virt::VirtParameters& parameters = with_ats())
      : machine_(parameters, {{.name = "device",
                               .registers = {virt::platform_bus.base + 0x1000, 0x1000},
                               .stream_id = id,
                               .device_id = id,
                               .doorbell = translater}}),
        device_("device", machine_.platform().smmu().tcu.ats()) {
    device_.dma.bind(machine_.platform().own_dma(0));
    machine_.platform().own_registers(0).bind(device_.registers);
    machine_.software().on_event = [](::machine*, const smmu_event* event) {
      events.push_back(event->words[0] & 0xff);
    };
    events.clear();
  }
  // In firmware.
  void set_up(bool allowed) {
    ASSERT_EQ(machine_add_platform_device(&machine_.software(), &attached_, id, 1, 2), STATUS_OK);
    const auto count = [](msi_vector* vector, void* self) {
      static_cast<TranslatedMsi*>(self)->taken.push_back(vector->event_id);
    };
    ASSERT_EQ(machine_request(&attached_, 1, 1, count, this), STATUS_OK);
    ASSERT_EQ(smmu_start_ats(&machine_.software().smmu), STATUS_OK);
    if (allowed) {
      ASSERT_EQ(smmu_allow_ats(&machine_.software().smmu, id, true), STATUS_OK);
    }
  }
  dti_ats::TranslationAnswer ask(std::uint64_t address) {
    machine_.start(device_.ask(address));
    while (!device_.answer)
      spin_hint();
    return *device_.answer;
  }
  bool write(std::uint64_t address, std::uint32_t value) {
    machine_.start(device_.write(address, value));
    while (!device_.written)
      spin_hint();
    machine_.pass(10 * microsecond);
    return *device_.written;
  }
  /// Where the device has learned that the doorbell is.
  std::uint64_t translated_doorbell() {
    const auto answer = ask(attached_.msi.doorbell & ~of_page);
    EXPECT_EQ(answer.status, dti_ats::Status::successful);
    EXPECT_TRUE(answer.translations[0].write);
    return answer.translations[0].address + (attached_.msi.doorbell & of_page);
  }

  Machine machine_;
  Device device_;
  machine_device attached_{};
  std::vector<std::uint32_t> taken;
  static inline std::vector<std::uint64_t> events;
};

TEST_F(TranslatedMsi, RaisesItsOwnLpi) {
  machine_.run([&] {
    set_up(true);
    const std::uint64_t doorbell = translated_doorbell();
    EXPECT_EQ(doorbell, translater);
    EXPECT_TRUE(write(doorbell, 1));
    EXPECT_EQ(taken, std::vector<std::uint32_t>{1});
  });
  EXPECT_TRUE(events.empty());
  EXPECT_TRUE(virt::conservation_of(machine_.platform()).balanced());
}

// The SMMU lets what is Translated go where it wants to; the ITS still knows who it is from.
TEST_F(TranslatedMsi, RaisesNothingOfOthers) {
  unsigned of_victim = 0;
  machine_.on_interrupt([&](const msi_vector&) { ++of_victim; });
  machine_.run([&] {
    set_up(true);
    const machine_device& victim = machine_.add_device(0, 8);
    const std::uint64_t doorbell = translated_doorbell();
    EXPECT_TRUE(write(doorbell, 5));
    EXPECT_TRUE(write(doorbell, victim.msi.vectors[5].intid));
  });
  EXPECT_TRUE(taken.empty());
  EXPECT_EQ(of_victim, 0u);
  EXPECT_TRUE(virt::conservation_of(machine_.platform()).balanced());
}

// 7.3.8: a stream that isn't allowed ATS can't pass for one that has translated.
TEST_F(TranslatedMsi, OfAStreamWithoutAtsIsForbidden) {
  machine_.run([&] {
    set_up(false);
    EXPECT_FALSE(write(translater, 1));
    EXPECT_TRUE(taken.empty());
  });
  EXPECT_EQ(events, std::vector<std::uint64_t>{F_TRANSL_FORBIDDEN});
  EXPECT_TRUE(virt::conservation_of(machine_.platform()).balanced());
}

// Once the firmware forbids it, the TBU has forgotten that it was allowed.
TEST_F(TranslatedMsi, EndsWithThePermission) {
  machine_.run([&] {
    set_up(true);
    EXPECT_TRUE(write(translater, 1));
    EXPECT_EQ(smmu_allow_ats(&machine_.software().smmu, id, false), STATUS_OK);
    EXPECT_FALSE(write(translater, 1));
    EXPECT_EQ(taken, std::vector<std::uint32_t>{1});
  });
  EXPECT_EQ(events, std::vector<std::uint64_t>{F_TRANSL_FORBIDDEN});
}

class TranslatedMsiTiming : public TranslatedMsi {
 protected:
  using TranslatedMsi::TranslatedMsi;
  void expect_closed_form() {
    std::vector<std::pair<Time, Time>> trips;
    machine_.platform().simulation().journeys().on_finish([&](const Journey& journey, Outcome) {
      trips.emplace_back(journey.started(), journey.latest());
    });
    machine_.run([&] {
      set_up(true);
      const std::uint64_t doorbell = translated_doorbell();
      machine_.pass(100 * microsecond);  // the Pending tables have been read
      EXPECT_TRUE(write(doorbell, 1));
      EXPECT_TRUE(write(doorbell, 1));
    });
    ASSERT_EQ(trips.size(), 2u);
    const auto road = [&](unsigned i) {
      return Road(machine_.platform().parameters(), machine_.platform().scheduler(),
                  trips[i].first);
    };
    // The Translation Request has brought the STE into its cache.
    Road first = road(0).to_tcu().answer().fabric().its().redistributor();
    EXPECT_EQ(trips[0].second, first.memory_read().acknowledge().end());  // the configuration
    Road second = road(1).micro_tlb().fabric().its().redistributor();
    EXPECT_EQ(trips[1].second, second.acknowledge().end());
  }
};
class TranslatedMsiOtherTiming : public TranslatedMsiTiming {
 protected:
  TranslatedMsiOtherTiming() : TranslatedMsiTiming(with_ats(with_other_parts({}))) {}
};

// No walk: what the device has translated is only checked, and the first time by the TCU.
TEST_F(TranslatedMsiTiming, IsTheSumOfItsParts) {
  expect_closed_form();
}
TEST_F(TranslatedMsiOtherTiming, IsTheSumOfOtherParts) {
  expect_closed_form();
}

}  // namespace
}  // namespace doorbell::testing
