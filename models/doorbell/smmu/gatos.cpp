#include "doorbell/smmu/gatos.h"

#include "doorbell/smmu/arch/atos.h"
#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/translator.h"

namespace doorbell::smmu {

Gatos::Gatos(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
             const Features& features, Translator& translator, TaskGroup& tasks)
    : ctrl_(registers.handle("SMMU_GATOS_CTRL")),
      sid_(registers.handle("SMMU_GATOS_SID")),
      addr_(registers.handle("SMMU_GATOS_ADDR")),
      par_(registers.handle("SMMU_GATOS_PAR")),
      features_(features),
      translator_(translator),
      tasks_(tasks),
      running_(scheduler),
      operations_(group, "gatos",
                  {"operations", Better::neither, "Address translation operations carried out"}) {}

void Gatos::run() {
  running_.add();
  tasks_.spawn(translate());
}

Task<void> Gatos::idle() {
  while (running_.count() != 0)
    co_await running_.drained();
}

Task<void> Gatos::translate() {
  std::uint64_t result = invalid_request();
  if (const auto operation = AddressOperation::decode(sid_.get(), addr_.get(), features_)) {
    Misses not_counted;  // as 10.3 leaves open of operations, here of all of its events
    const TranslationOutcome outcome =
        co_await translator_.find(operation->query, not_counted, operation->inhibits_updates);
    result = encode_result(*operation, outcome, features_);
  }
  operations_.add();
  par_.set(result);
  ctrl_.set(0);
  running_.remove();
}

}  // namespace doorbell::smmu
