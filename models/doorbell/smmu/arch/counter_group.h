#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "doorbell/core/arch/registers.h"
#include "doorbell/smmu/arch/monitored_events.h"

namespace doorbell::smmu {

/// A performance monitor counter group, PMCG (IHI 0070 chapter 10): counters of 64 bits, each with
/// its event and its filter of StreamIDs, and the two pages of registers. Without Secure and Realm
/// state and MPAM.
class CounterGroup {
 public:
  struct Shape {
    unsigned counters = 8;         ///< [1, 64]
    unsigned stream_id_bits = 16;  ///< Of SMRn.STREAMID (10.4.1)
    std::uint8_t events = 0x1;     ///< The architected events that it can count: CEID0
    bool msi = true;               ///< CFGR.MSI
    unsigned output_address_bits = 44;
  };
  explicit CounterGroup(const Shape& shape);
  CounterGroup(const CounterGroup&) = delete;

  /// Page 0, and page 1 behind it.
  static constexpr std::uint64_t page_bytes = 0x1000;
  static constexpr std::uint64_t frame_bytes = 2 * page_bytes;
  RegisterBank& registers() { return bank_; }

  /// Counts what is told here; once.
  void observe(MonitoredEvents& events);
  /// An event of a stream has occurred.
  void count(MonitorEvent event, std::uint32_t stream_id);
  /// So many clock cycles have passed since the start: event 0 counts them. Before each access to
  /// the registers, and whenever `next_overflow` has come.
  void advance(std::uint64_t cycle);
  /// When the next counter of clock cycles overflows.
  std::optional<std::uint64_t> next_overflow() const;

  /// Called when an overflow triggers the interrupt: the counter, OVS and captured values are to be
  /// seen by then (10.2.1).
  void on_interrupt(std::function<void()> listener) { interrupt_ = std::move(listener); }
  /// Called after what is counted, or IRQ_CTRL, may have changed.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

  /// Where an MSI goes; 0 sends none (IRQ_CFG0).
  std::uint64_t message_address() const { return irq_cfg0_.get(); }
  std::uint32_t message_data() const { return static_cast<std::uint32_t>(irq_cfg1_.get()); }
  /// IRQ_CTRL.IRQEN differs from what IRQ_CTRLACK says.
  bool update_requested() const { return irq_ctrl_.get() != irq_ctrlack_.get(); }
  /// The Update is complete.
  void acknowledge();
  /// An MSI was answered with an abort (IRQ_STATUS.IRQ_ABT).
  void message_aborted() { irq_status_.set(1); }

  /// For a checkpoint.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("cycle", self.cycle_);
    state.registers("registers", self.bank_);
  }
  /// After a restore.
  void refresh();

 private:
  static constexpr unsigned events = 8;

  void define_counters();
  void define_bitmaps();
  void define_interrupt();
  void define_bitmap(const char* set, const char* clear, RegisterBank::Handle values);
  bool matches(unsigned counter, std::uint32_t stream_id) const;
  void increase(std::uint64_t counters, std::uint64_t by);
  void capture();
  void after_change();

  Shape shape_;
  std::uint64_t implemented_;  ///< A bit for each counter.
  RegisterBank bank_;
  RegisterBank::Handle values_, types_, shadows_, filters_;
  RegisterBank::Handle enables_, interrupt_enables_, overflows_;
  RegisterBank::Handle cr_, irq_ctrl_, irq_ctrlack_, irq_cfg0_, irq_cfg1_, irq_status_;
  std::array<std::uint64_t, events> counting_{};  ///< By event: a bit for each counter of it.
  std::uint64_t cycle_ = 0;
  MonitoredEvents* observed_ = nullptr;
  std::function<void()> interrupt_;
  std::function<void()> changed_;
};

}  // namespace doorbell::smmu
