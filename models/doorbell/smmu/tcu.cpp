#include "doorbell/smmu/tcu.h"

#include <algorithm>
#include <array>
#include <string>

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {

Tcu::Tcu(const sc_core::sc_module_name& module_name, const SmmuParameters& parameters,
         unsigned tbus)
    : Module(module_name),
      registers("registers", tasks_, {},
                [this](Payload& payload) { return access_register(payload); }),
      tables("tables"),
      queues("queues"),
      eventq("eventq"),
      gerror("gerror"),
      cmdq_sync("cmdq_sync"),
      wake_event("wake_event"),
      parameters_(parameters),
      features_(parameters.features()),
      clock_(scheduler(), parameters.clock),
      stage_(simulation().stages().add(
          {"tcu", 50, "tbu", "Configuration, walk caches and walks; waits for slots and walkers"})),
      bank_(register_table()),
      cr0_(bank_.handle("SMMU_CR0")),
      cr0ack_(bank_.handle("SMMU_CR0ACK")),
      cr2_(bank_.handle("SMMU_CR2")),
      gbpa_(bank_.handle("SMMU_GBPA")),
      irq_ctrl_(bank_.handle("SMMU_IRQ_CTRL")),
      irq_ctrlack_(bank_.handle("SMMU_IRQ_CTRLACK")),
      strtab_base_(bank_.handle("SMMU_STRTAB_BASE")),
      strtab_base_cfg_(bank_.handle("SMMU_STRTAB_BASE_CFG")),
      table_port_(tables),
      queue_port_(queues),
      translations_(scheduler(), statistics(), "translation_slots",
                    parameters.tcu.translation_slots),
      translated_(
          statistics(), "translated",
          {"transactions", Better::neither, "Requests of TBUs that got a translation or bypass"}),
      terminated_recorded_(statistics(), "terminated_recorded",
                           {"transactions", Better::lower, "Terminated, the event recorded"}),
      terminated_suppressed_(
          statistics(), "terminated_suppressed",
          {"transactions", Better::lower, "Terminated, by configuration without an event"}),
      terminated_lost_(statistics(), "terminated_lost",
                       {"transactions", Better::lower, "Terminated, the event lost"}),
      doorbells_recorded_(
          statistics(), "terminated_doorbells_recorded",
          {"doorbells", Better::lower, "MSIs among the terminated with an event recorded"}),
      doorbells_suppressed_(
          statistics(), "terminated_doorbells_suppressed",
          {"doorbells", Better::lower, "MSIs among the terminated without an event"}),
      doorbells_lost_(
          statistics(), "terminated_doorbells_lost",
          {"doorbells", Better::lower, "MSIs among the terminated with the event lost"}),
      update_requested_(scheduler()),
      acknowledgements_(scheduler()),
      tasks_(scheduler()) {
  for (unsigned n = 0; n < tbus; ++n) {
    dti_.push_back(std::make_unique<MessageTarget<Dti>>(
        ("dti" + std::to_string(n)).c_str(),
        [this, n](dti::ToTcu& message) { receive(n, message); }));
  }
  interrupts_ = std::make_unique<Interrupts>(
      bank_, queues, parameters.tcu.msi_device_id,
      Interrupts::Wires{eventq, gerror, cmdq_sync, wake_event}, tasks_);
  events_ = std::make_unique<EventQueue>(scheduler(), statistics(), bank_, queue_port_,
                                         *interrupts_, features_);
  configurations_ = std::make_unique<ConfigurationUnit>(scheduler(), clock_, statistics(),
                                                        parameters_, table_port_, log_);
  walker_ = std::make_unique<TableWalker>(scheduler(), clock_, statistics(), parameters_,
                                          table_port_, log_);
  commands_ = std::make_unique<CommandProcessor>(scheduler(), clock_, statistics(), parameters_,
                                                 bank_, queue_port_, *interrupts_,
                                                 static_cast<CommandActions&>(*this));
  const Identification id = identify(features_);
  bank_.set("SMMU_IDR0", id.IDR0);
  bank_.set("SMMU_IDR1", id.IDR1);
  bank_.set("SMMU_IDR3", id.IDR3);
  bank_.set("SMMU_IDR5", id.IDR5);
  install_register_hooks();
}

Tcu::~Tcu() = default;

void Tcu::start_of_simulation() {
  for (const auto& socket : dti_) {
    socket->grant(Dti::translation_credits, parameters_.tcu.translation_slots);
  }
  tasks_.spawn(update());
  tasks_.spawn(events_->run());
  tasks_.spawn(commands_->run());
}

/// Removes from the TCU's own caches at once, then tells the TBUs; a SYNC waits for them.
Task<void> Tcu::invalidate(const Invalidation& invalidation) {
  const Invalidation what = invalidation;
  log_.record(what);
  configurations_->invalidate(what);
  walker_->invalidate(what);
  for (const auto& socket : dti_) {
    co_await socket->credits(Dti::invalidation_credits).take();
    acknowledgements_.add();
    socket->send(dti::InvalidationRequest{what}, clock_.duration(parameters_.dti_latency));
  }
}

void Tcu::prefetch(const Stream& stream) {
  if (enabled()) tasks_.spawn(fetch_configuration(stream));
}

/// CMD_PREFETCH_CONFIG: whatever goes wrong is no event (IHI 0070 4.2).
Task<void> Tcu::fetch_configuration(Stream stream) {
  co_await configurations_->find(stream_table(), stream);
}

/// First the TBUs, whose transactions may still fault; then the events of all that has been
/// answered.
Task<void> Tcu::synchronise() {
  co_await synchronise_tbus();
  co_await events_->visible(events_->committed());
}

Task<void> Tcu::synchronise_tbus() {
  for (const auto& socket : dti_) {
    co_await socket->credits(Dti::invalidation_credits).take();
    acknowledgements_.add();
    socket->send(dti::SyncRequest{}, clock_.duration(parameters_.dti_latency));
  }
  while (acknowledgements_.count() != 0)
    co_await acknowledgements_.drained();
}

bool Tcu::receives(const sc_core::sc_interface& dti) const {
  return std::any_of(dti_.begin(), dti_.end(), [&](const auto& socket) {
    return static_cast<const sc_core::sc_export_base&>(*socket).get_interface() == &dti;
  });
}

std::optional<std::uint64_t> Tcu::translate_debug(const Stream& stream, std::uint64_t address,
                                                  const Access& access) {
  if (!enabled()) {
    return GBPA::ABORT.test(gbpa_.get()) ? std::nullopt : std::optional(address);
  }
  const auto read = [this](std::uint64_t from, ConfigurationWords& words) {
    std::array<std::uint8_t, sizeof(ConfigurationWords)> bytes{};
    const bool ok = table_port_.read_debug(from, bytes);
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = load_little_endian<std::uint64_t>(std::span(bytes).subspan(8 * i, 8));
    }
    return ok;
  };
  const StreamTable table = stream_table();
  ConfigurationWords words;
  if (!table.contains(stream.stream_id) || stream.substream_valid) return std::nullopt;
  if (!read(table.entry_address(stream.stream_id), words)) return std::nullopt;
  const auto ste = StreamTableEntry::decode(words);
  if (ste.illegal(features_) || ste.aborts()) return std::nullopt;
  if (ste.bypasses()) return address;
  if (!read(ste.S1ContextPtr, words)) return std::nullopt;
  const auto cd = ContextDescriptor::decode(words, features_);
  if (cd.illegal(ste, features_)) return std::nullopt;
  auto position = start_walk(cd.regime, address);
  const TranslationTable& tt = cd.regime.table[table_half(address)];
  while (position) {
    std::array<std::uint8_t, 8> bytes{};
    const auto from = descriptor_address(*position, tt.granule, tt.input_bits, address);
    if (!table_port_.read_debug(from, bytes)) return std::nullopt;
    const WalkStep step =
        step_walk(cd.regime, *position, address, load_little_endian<std::uint64_t>(bytes));
    if (step.kind == WalkStep::Kind::fault) return std::nullopt;
    if (step.kind == WalkStep::Kind::leaf) {
      if (!step.leaf.permissions.allow(access)) return std::nullopt;
      return step.leaf.output_base | (address & low_mask(step.leaf.size_log2));
    }
    position = step.next;
  }
  return std::nullopt;
}

}  // namespace doorbell::smmu
