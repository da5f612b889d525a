#include "doorbell/smmu/arch/counter_group.h"

#include <bit>

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::smmu {
namespace {

constexpr auto RO = RegisterAccess::read_only;
constexpr auto RW = RegisterAccess::read_write;
constexpr auto WO = RegisterAccess::write_only;

constexpr unsigned most = 64;
constexpr std::uint64_t page_1 = CounterGroup::page_bytes;
constexpr std::uint64_t msi_address = 0x00ff'ffff'ffff'fffc;
constexpr std::uint64_t msi_attributes = 0x3f;  // SH, MemAttr

// SMMU_PMCG_EVTYPERn (IHI 0070 10.5.2.2)
constexpr BitField EVENT{0, 16};
constexpr BitField FILTER_SID_SPAN{29, 1};
constexpr BitField OVFCAP{31, 1};
constexpr std::uint64_t evtyper_fields = EVENT.mask() | FILTER_SID_SPAN.mask() | OVFCAP.mask();
// SMMU_PMCG_CFGR (10.5.2.13)
constexpr BitField NCTR{0, 6};
constexpr BitField SIZE{8, 6};
constexpr BitField RELOC_CTRS{20, 1};
constexpr BitField MSI{21, 1};
constexpr BitField CAPTURE{22, 1};

constexpr std::uint64_t enabled = 1;      // SMMU_PMCG_CR.E
constexpr std::uint64_t IRQEN = 1;        // SMMU_PMCG_IRQ_CTRL
constexpr std::uint64_t SMMUv3_2 = 0x02;  // SMMU_PMCG_AIDR

// clang-format off
constexpr RegisterInfo table[] = {
    // name, offset, width, reset, access, section, count, stride, writable
    {"SMMU_PMCG_EVTYPER<n>",  0x400, 4, 0, RW, "IHI 0070 10.5.2.2", most, 0, evtyper_fields},
    {"SMMU_PMCG_SMR<n>",      0xa00, 4, 0, RW, "IHI 0070 10.5.2.4", most},
    {"SMMU_PMCG_CNTENSET0",   0xc00, 8, 0, RW, "IHI 0070 10.5.2.5"},
    {"SMMU_PMCG_CNTENCLR0",   0xc20, 8, 0, RW, "IHI 0070 10.5.2.6"},
    {"SMMU_PMCG_INTENSET0",   0xc40, 8, 0, RW, "IHI 0070 10.5.2.7"},
    {"SMMU_PMCG_INTENCLR0",   0xc60, 8, 0, RW, "IHI 0070 10.5.2.8"},
    {"SMMU_PMCG_CFGR",        0xe00, 4, 0, RO, "IHI 0070 10.5.2.13"},
    {"SMMU_PMCG_CR",          0xe04, 4, 0, RW, "IHI 0070 10.5.2.14", 1, 0, enabled},
    {"SMMU_PMCG_CEID0",       0xe20, 8, 0, RO, "IHI 0070 10.5.2.16"},
    {"SMMU_PMCG_CEID1",       0xe28, 8, 0, RO, "IHI 0070 10.5.2.17"},
    {"SMMU_PMCG_IRQ_CTRL",    0xe50, 4, 0, RW, "IHI 0070 10.5.2.19", 1, 0, IRQEN},
    {"SMMU_PMCG_IRQ_CTRLACK", 0xe54, 4, 0, RO, "IHI 0070 10.5.2.20"},
    {"SMMU_PMCG_IRQ_CFG0",    0xe58, 8, 0, RW, "IHI 0070 10.5.2.21", 1, 0, msi_address},
    {"SMMU_PMCG_IRQ_CFG1",    0xe60, 4, 0, RW, "IHI 0070 10.5.2.22"},
    {"SMMU_PMCG_IRQ_CFG2",    0xe64, 4, 0, RW, "IHI 0070 10.5.2.23", 1, 0, msi_attributes},
    {"SMMU_PMCG_IRQ_STATUS",  0xe68, 4, 0, RO, "IHI 0070 10.5.2.24"},
    {"SMMU_PMCG_AIDR",        0xe70, 4, SMMUv3_2, RO, "IHI 0070 10.5.2.26"},
    // Page 1 (CFGR.RELOC_CTRS)
    {"SMMU_PMCG_EVCNTR<n>",   page_1 + 0x000, 8, 0, RW, "IHI 0070 10.5.2.1", most},
    {"SMMU_PMCG_SVR<n>",      page_1 + 0x600, 8, 0, RO, "IHI 0070 10.5.2.3", most},
    {"SMMU_PMCG_OVSCLR0",     page_1 + 0xc80, 8, 0, RW, "IHI 0070 10.5.2.9"},
    {"SMMU_PMCG_OVSSET0",     page_1 + 0xcc0, 8, 0, RW, "IHI 0070 10.5.2.10"},
    {"SMMU_PMCG_CAPR",        page_1 + 0xd88, 4, 0, WO, "IHI 0070 10.5.2.11"},
};
// clang-format on

/// Calls `action` for each bit that is set, from the lowest on.
template <class Action>
void for_each_bit(std::uint64_t word, const Action& action) {
  for (; word != 0; word &= word - 1)
    action(static_cast<unsigned>(std::countr_zero(word)));
}

}  // namespace

void MonitoredEvents::tell(MonitorEvent event, std::uint32_t stream_id) {
  if ((counted_ >> static_cast<unsigned>(event) & 1) != 0) group_->count(event, stream_id);
}

CounterGroup::CounterGroup(const Shape& shape)
    : shape_(shape),
      implemented_(low_mask(shape.counters)),
      bank_(table),
      values_(bank_.handle("SMMU_PMCG_EVCNTR<n>")),
      types_(bank_.handle("SMMU_PMCG_EVTYPER<n>")),
      shadows_(bank_.handle("SMMU_PMCG_SVR<n>")),
      filters_(bank_.handle("SMMU_PMCG_SMR<n>")),
      enables_(bank_.handle("SMMU_PMCG_CNTENSET0")),
      interrupt_enables_(bank_.handle("SMMU_PMCG_INTENSET0")),
      overflows_(bank_.handle("SMMU_PMCG_OVSSET0")),
      cr_(bank_.handle("SMMU_PMCG_CR")),
      irq_ctrl_(bank_.handle("SMMU_PMCG_IRQ_CTRL")),
      irq_ctrlack_(bank_.handle("SMMU_PMCG_IRQ_CTRLACK")),
      irq_cfg0_(bank_.handle("SMMU_PMCG_IRQ_CFG0")),
      irq_cfg1_(bank_.handle("SMMU_PMCG_IRQ_CFG1")),
      irq_status_(bank_.handle("SMMU_PMCG_IRQ_STATUS")) {
  bank_.set("SMMU_PMCG_CFGR", NCTR.make(shape.counters - 1) | SIZE.make(63) | RELOC_CTRS.make(1) |
                                  MSI.make(shape.msi ? 1 : 0) | CAPTURE.make(1));
  bank_.set("SMMU_PMCG_CEID0", shape.events);
  define_counters();
  define_bitmap("SMMU_PMCG_CNTENSET0", "SMMU_PMCG_CNTENCLR0", enables_);
  define_bitmap("SMMU_PMCG_INTENSET0", "SMMU_PMCG_INTENCLR0", interrupt_enables_);
  define_bitmap("SMMU_PMCG_OVSSET0", "SMMU_PMCG_OVSCLR0", overflows_);
  define_interrupt();
}

/// Registers of counters that there aren't are RES0.
void CounterGroup::define_counters() {
  bank_.on_write("SMMU_PMCG_EVCNTR<n>", [this](const RegisterWrite& write) {
    if (write.index >= shape_.counters) values_.set(0, write.index);
    after_change();
  });
  bank_.on_write("SMMU_PMCG_EVTYPER<n>", [this](const RegisterWrite& write) {
    if (write.index >= shape_.counters) types_.set(0, write.index);
    after_change();
  });
  bank_.on_write("SMMU_PMCG_SMR<n>", [this](const RegisterWrite& write) {
    const std::uint64_t stored = write.value & low_mask(shape_.stream_id_bits);
    filters_.set(write.index < shape_.counters ? stored : 0, write.index);
  });
  bank_.on_write("SMMU_PMCG_CR", [this](const RegisterWrite&) { after_change(); });
  bank_.on_write("SMMU_PMCG_CAPR", [this](const RegisterWrite& write) {
    if ((write.written & 1) != 0) capture();
  });
}

/// A bitmap of the counters, of which one register sets bits and one clears them; both read it.
void CounterGroup::define_bitmap(const char* set, const char* clear, RegisterBank::Handle values) {
  bank_.on_write(set, [this, values](const RegisterWrite& write) {
    values.set((write.old | write.written) & implemented_);
    after_change();
  });
  bank_.on_write(clear, [this, values](const RegisterWrite& write) {
    values.set(values.get() & ~write.written);
    after_change();
  });
  bank_.on_read(clear, [values](const RegisterRead&) { return values.get(); });
}

/// A message can't be changed while it may be sent (10.5.2.21); without MSIs there is none.
void CounterGroup::define_interrupt() {
  const auto guard = [this](const char* name, std::uint64_t offered) {
    bank_.on_write(name, [this, name, offered](const RegisterWrite& write) {
      const bool in_use = (irq_ctrl_.get() | irq_ctrlack_.get()) != 0;
      bank_.set(name, in_use ? write.old : write.value & offered);
    });
  };
  guard("SMMU_PMCG_IRQ_CFG0", shape_.msi ? low_mask(shape_.output_address_bits) : 0);
  guard("SMMU_PMCG_IRQ_CFG1", shape_.msi ? ~std::uint64_t{0} : 0);
  guard("SMMU_PMCG_IRQ_CFG2", shape_.msi ? ~std::uint64_t{0} : 0);
  bank_.on_write("SMMU_PMCG_IRQ_CTRL", [this](const RegisterWrite&) { after_change(); });
}

void CounterGroup::acknowledge() {
  if (irq_ctrl_.get() > irq_ctrlack_.get()) irq_status_.set(0);  // IRQEN from 0 to 1 (10.5.2.24)
  irq_ctrlack_.set(irq_ctrl_.get());
}

void CounterGroup::observe(MonitoredEvents& observed) {
  observed_ = &observed;
  observed.group_ = this;
  refresh();
}

void CounterGroup::refresh() {
  counting_ = {};
  if (cr_.get() == enabled) {
    for_each_bit(enables_.get(), [this](unsigned counter) {
      const std::uint64_t event = EVENT.get(types_.get(counter));
      if (event < events && (shape_.events >> event & 1) != 0)
        counting_[event] |= std::uint64_t{1} << counter;
    });
  }
  if (observed_ == nullptr) return;
  unsigned counted = 0;
  for (unsigned event = 1; event < events; ++event)
    counted |= counting_[event] != 0 ? 1U << event : 0;
  observed_->counted_ = static_cast<std::uint8_t>(counted);
}

void CounterGroup::after_change() {
  refresh();
  if (changed_) changed_();
}

/// 10.4: exactly, or all but the bits up to the lowest zero of STREAMID; with none, any.
bool CounterGroup::matches(unsigned counter, std::uint32_t stream_id) const {
  const std::uint64_t filter = filters_.get(counter);
  const bool is_span = FILTER_SID_SPAN.test(types_.get(counter));
  const std::uint64_t ignored = is_span ? filter ^ (filter + 1) : 0;
  const std::uint64_t different = (stream_id ^ filter) & low_mask(shape_.stream_id_bits);
  return (different & ~ignored) == 0;
}

void CounterGroup::count(MonitorEvent event, std::uint32_t stream_id) {
  std::uint64_t counters = 0;
  for_each_bit(counting_[static_cast<unsigned>(event)], [&](unsigned counter) {
    if (matches(counter, stream_id)) counters |= std::uint64_t{1} << counter;
  });
  increase(counters, 1);
}

void CounterGroup::advance(std::uint64_t cycle) {
  if (cycle <= cycle_) return;  // under loose timing local times don't follow each other
  const std::uint64_t passed = cycle - cycle_;
  cycle_ = cycle;
  increase(counting_[0], passed);
}

std::optional<std::uint64_t> CounterGroup::next_overflow() const {
  std::optional<std::uint64_t> next;
  for_each_bit(counting_[0], [&](unsigned counter) {
    const std::uint64_t left = ~values_.get(counter);  // and one more
    if (left >= ~std::uint64_t{0} - cycle_) return;    // not in this simulation
    if (!next || cycle_ + left + 1 < *next) next = cycle_ + left + 1;
  });
  return next;
}

/// What comes of an overflow is to be seen in this order: the values, OVS, what is captured, the
/// interrupt (10.2.1).
void CounterGroup::increase(std::uint64_t counters, std::uint64_t by) {
  std::uint64_t overflowed = 0;
  bool captures = false;
  for_each_bit(counters, [&](unsigned counter) {
    const std::uint64_t before = values_.get(counter);
    values_.set(before + by, counter);
    if (before + by >= before) return;
    overflowed |= std::uint64_t{1} << counter;
    captures = captures || OVFCAP.test(types_.get(counter));
  });
  if (overflowed == 0) return;
  overflows_.set(overflows_.get() | overflowed);
  if (captures) capture();
  const bool interrupts = irq_ctrl_.get() == IRQEN && (interrupt_enables_.get() & overflowed) != 0;
  if (interrupts && interrupt_) interrupt_();
}

void CounterGroup::capture() {
  for (unsigned counter = 0; counter < shape_.counters; ++counter)
    shadows_.set(values_.get(counter), counter);
}

}  // namespace doorbell::smmu
