#include "tests/system/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <systemc>

#include "sw/include/processor.h"
#include "sw/native/native.h"
#include "tests/system/monitors.h"

namespace doorbell::testing {
namespace {

constexpr std::uint64_t tables = 0x4100'0000;
constexpr std::uint64_t tables_end = 0x5000'0000;

std::uint64_t data_page_of(unsigned device) {
  return Machine::data_page + device * 0x10'0000u;
}

machine_doorbell doorbell_of(gic::DoorbellKind kind) {
  const std::map<gic::DoorbellKind, machine_doorbell> all{
      {gic::DoorbellKind::its, MACHINE_DOORBELL_ITS},
      {gic::DoorbellKind::v2m, MACHINE_DOORBELL_V2M},
      {gic::DoorbellKind::spi, MACHINE_DOORBELL_SPI},
      {gic::DoorbellKind::lpi, MACHINE_DOORBELL_LPI}};
  return all.at(kind);
}

}  // namespace

std::map<std::string, std::uint64_t> outcomes_of(const Conservation& account) {
  std::map<std::string, std::uint64_t> outcomes;
  for (const auto& [name, count] : account.outcomes) {
    if (count != 0) outcomes[name] = count;
  }
  return outcomes;
}

Machine::Machine(const virt::VirtParameters& parameters, const std::vector<virt::OwnDevice>& own)
    : parameters_(parameters),
      platform_("virt", parameters_, {}, own),
      tasks_(platform_.scheduler()) {
  sw::run_on_native_processors();
  software_.description = machine_virt(tables, tables_end);
  for (const pcie::RootPortParameters& port : parameters_.root_complex.ports) {
    software_.description.root_buses = std::max(software_.description.root_buses, port.bus + 1);
  }
  software_.description.further_itss = parameters_.gic.its_count - 1;
  software_.description.doorbell = doorbell_of(parameters_.gic.doorbell);
  software_.functions = functions_.data();
  software_.function_capacity = functions_.size();
  software_.vectors = vectors_.data();
  software_.vector_capacity = vectors_.size();
}

void Machine::run(std::function<void()> scenario, Timing timing) {
  Simulation& simulation = platform_.simulation();
  simulation.scheduler().set_timing(Timing::loose);
  const unsigned processors = platform_.processor_count();
  for (unsigned i = 0; i < processors; ++i) {
    platform_.native_processor(i).set_firmware(
        [this, i, processors, timing, scenario, &simulation] {
          if (before_) before_(i);
          if (i == 0) {
            ASSERT_EQ(machine_initialise(&software_), STATUS_OK);
          }
          ASSERT_EQ(machine_join(&software_), STATUS_OK);
          if (i != 0) {
            if (on_others_) on_others_(i);
            return machine_idle(&software_);
          }
          ASSERT_EQ(machine_wait_for(&software_, processors), STATUS_OK);
          Monitors monitors(platform_);
          monitors.start();
          simulation.scheduler().set_timing(timing);
          simulation.statistics().reset(simulation.scheduler().now());
          simulation.journeys().reset();
          scenario();
          monitors.expect_statistics();
          finished_ = true;
          machine_stop(&software_);
        });
  }
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_SEC));
  EXPECT_TRUE(finished_);
  for (unsigned i = 0; i < processors; ++i) {
    EXPECT_TRUE(platform_.processor(i).halted()) << "processor " << i;
  }
  EXPECT_EQ(platform_.protocol_violations(), 0u);
}

unsigned Machine::requester_id(unsigned endpoint, unsigned function) const {
  const pcie::RootPortParameters& port = platform_.parameters().root_complex.ports[endpoint];
  if (port.whole_bus) return (port.bus << 8) + function;
  return (port.bus << 8) + (port.device << 3) + function;
}

machine_device& Machine::add_device(unsigned endpoint, unsigned vectors, unsigned function) {
  const unsigned index = function * platform_.endpoint_count() + endpoint;
  machine_device& device = devices_.at(index);
  const unsigned id = requester_id(endpoint, function);
  const pcie_function* found = nullptr;
  for (unsigned i = 0; i < software_.pcie.count; ++i) {
    if (functions_[i].requester_id == id) found = &functions_[i];
  }
  EXPECT_NE(found, nullptr);
  device.msi.its = machine_its(&software_, parameters_.endpoints[endpoint].its);
  EXPECT_EQ(machine_add_device(&software_, &device, found, static_cast<std::uint16_t>(index + 1),
                               vectors),
            STATUS_OK);
  EXPECT_EQ(machine_map(&device, data_iova, data_page_of(index), 4096, true), STATUS_OK);
  const auto handler = [](msi_vector* vector, void* machine) {
    static_cast<Machine*>(machine)->handle(*vector);
  };
  for (unsigned vector = 0; vector < vectors; ++vector) {
    EXPECT_EQ(machine_request(&device, vector, vector % platform_.processor_count(), handler, this),
              STATUS_OK);
  }
  return device;
}

void Machine::handle(const msi_vector& vector) {
  if (on_interrupt_) on_interrupt_(vector);
  ++handled_;
}

void Machine::pass(Time time) {
  const Time end = platform_.scheduler().now() + time;
  while (cpu::NativeProcessor::current().time() < end)
    spin_hint();
}

bool Machine::wait_for_interrupts(std::uint64_t count) {
  const Time end = platform_.scheduler().now() + 10 * millisecond;
  while (handled_ < count && cpu::NativeProcessor::current().time() < end)
    spin_hint();
  return handled_ >= count;
}

}  // namespace doorbell::testing
