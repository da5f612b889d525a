#include "doorbell/smmu/performance_monitor.h"

#include "doorbell/core/arch/state.h"
#include "doorbell/core/under_way.h"
#include "doorbell/smmu/message.h"
#include "doorbell/smmu/tbu.h"
#include "doorbell/smmu/tcu.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint8_t bit(MonitorEvent event) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(event));
}

constexpr std::uint8_t events_of_all =
    bit(MonitorEvent::clock_cycle) | bit(MonitorEvent::transaction) | bit(MonitorEvent::tlb_miss);

std::uint8_t with_ats(const SmmuParameters& parameters, std::uint8_t events, MonitorEvent of_ats) {
  return static_cast<std::uint8_t>(events | (parameters.offered.ats ? bit(of_ats) : 0));
}

std::uint8_t events_of_tbu(const SmmuParameters& parameters) {
  return with_ats(parameters, events_of_all, MonitorEvent::ats_translated);
}

std::uint8_t events_of_tcu(const SmmuParameters& parameters) {
  constexpr std::uint8_t events = events_of_all | bit(MonitorEvent::configuration_miss) |
                                  bit(MonitorEvent::table_access) |
                                  bit(MonitorEvent::configuration_access);
  return with_ats(parameters, events, MonitorEvent::ats_request);
}

CounterGroup::Shape shape_of(const SmmuParameters& parameters, std::uint8_t events) {
  const Features features = parameters.features();
  return {.counters = parameters.performance_counters,
          .stream_id_bits = features.stream_id_bits,
          .events = events,
          .msi = features.msi,
          .output_address_bits = features.output_address_bits};
}

}  // namespace

PerformanceMonitor::PerformanceMonitor(const sc_core::sc_module_name& module_name,
                                       const SmmuParameters& parameters, Tbu& tbu)
    : PerformanceMonitor(module_name, parameters, events_of_tbu(parameters), tbu.monitored_events(),
                         tbu.downstream_writes) {}

PerformanceMonitor::PerformanceMonitor(const sc_core::sc_module_name& module_name,
                                       const SmmuParameters& parameters, Tcu& tcu)
    : PerformanceMonitor(module_name, parameters, events_of_tcu(parameters), tcu.monitored_events(),
                         tcu.queues) {}

PerformanceMonitor::PerformanceMonitor(const sc_core::sc_module_name& module_name,
                                       const SmmuParameters& parameters, std::uint8_t events,
                                       MonitoredEvents& observed, InitiatorSocket& messages)
    : Module(module_name),
      registers("registers", tasks_, clock_),
      overflow("overflow"),
      clock_(scheduler(), parameters.clock_frequency()),
      access_cycles_(parameters.tcu.register_access),
      device_id_(parameters.tcu.msi_device_id),
      messages_(messages),
      group_(shape_of(parameters, events)),
      alarm_(scheduler(),
             [this] {
               catch_up();
               set_alarm();
             }),
      changed_(scheduler()) {
  registers.serve(group_.registers(), {.bytes = CounterGroup::frame_bytes, .narrowest = 4},
                  access_cycles_);
  registers.before_access([this] { catch_up(); });
  group_.observe(observed);
  group_.on_change([this] {
    set_alarm();
    changed_.notify_all();
  });
  group_.on_interrupt([this] { interrupt(); });
}

void PerformanceMonitor::start_of_simulation() {
  tasks_.spawn(carry_out_updates());
}

void PerformanceMonitor::save(StateWriter& state) const {
  CounterGroup::describe(group_, state);
}

void PerformanceMonitor::restore(StateReader& state) {
  CounterGroup::describe(group_, state);
  group_.refresh();
}

std::string PerformanceMonitor::busy() const {
  if (registers.held() != 0) return "accesses to registers";
  return under_way(on_the_way_, "messages");
}

void PerformanceMonitor::catch_up() {
  group_.advance(clock_.cycles_until(0, now()));
}

void PerformanceMonitor::set_alarm() {
  const std::optional<std::uint64_t> cycle = group_.next_overflow();
  const bool comes = cycle && *cycle <= clock_.cycles_until(0, never / 2);
  alarm_.set(comes ? clock_.edge(*cycle) : never);
}

void PerformanceMonitor::interrupt() {
  overflow.pulse();
  if (group_.message_address() != 0)
    tasks_.spawn(send(group_.message_address(), group_.message_data()));
}

Task<void> PerformanceMonitor::send(std::uint64_t address, std::uint32_t data) {
  ++on_the_way_;
  const bool done = co_await write_message(messages_, device_id_, address, data);
  --on_the_way_;
  if (!done) group_.message_aborted();
  changed_.notify_all();
}

/// Of IRQ_CTRL: one that disables is complete when earlier messages are visible (10.5.2.19).
Task<void> PerformanceMonitor::carry_out_updates() {
  while (true) {
    while (!group_.update_requested() || on_the_way_ != 0)
      co_await changed_.wait();
    co_await clock_.cycles(access_cycles_);
    group_.acknowledge();
  }
}

}  // namespace doorbell::smmu
