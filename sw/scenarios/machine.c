#include "sw/scenarios/machine.h"

#include "sw/drivers/gic/direct_lpi.h"
#include "sw/drivers/gic/message_frame.h"
#include "sw/drivers/gic/registers.h"
#include "sw/drivers/msi/doorbells.h"
#include "sw/include/poll.h"
#include "sw/include/processor.h"

#define SGI_WAKE 0u

struct machine_description machine_virt(uint64_t tables, uint64_t tables_end) {
  struct machine_description description = {
      .distributor = 0x08000000,
      .redistributors = 0x080a0000,
      .more_redistributors = UINT64_C(0x4000000000),
      .processors = MACHINE_PROCESSORS,
      .doorbell = MACHINE_DOORBELL_ITS,
      .v2m = 0x08020000,
      .message_alias = 0x08030000,
      .its = 0x08080000,
      .further_itss = 0,
      .further_its = 0x0b000000,
      .its_stride = 0x40000,
      .smmu = 0x09050000,
      .smmu_event_interrupt = 32 + 74,
      .smmu_error_interrupt = 32 + 77,
      .ecam = UINT64_C(0x4010000000),
      .last_bus = 255,
      .root_buses = 1,
      .pcie_memory = {0x10000000, 0x3eff0000},
      .pcie_prefetchable_memory = {0, 0},
      .tables = tables,
      .tables_end = tables_end,
      .lpi_id_bits = 16,
      .stream_id_bits = 16,
      .log2_commands = 16,
      .log2_events = 15,
      .address_bits = 48,
      .doorbell_iova = 0xfffff000,
      .translation = MACHINE_STAGE_1,
      .memory = 0x40000000,
      .memory_end = 0x80000000,
      .doorbell_ipa = 0x08020000,
  };
  return description;
}

struct its* machine_its(struct machine* machine, unsigned number) {
  return number == 0 ? &machine->its : &machine->further_its[number - 1];
}

static void lay_out(struct machine* machine) {
  const struct machine_description* d = &machine->description;
  machine->memory.next = d->tables;
  machine->memory.end = d->tables_end;
  machine->gic.distributor = d->distributor;
  machine->gic.redistributors = d->redistributors;
  machine->gic.redistributor_limit = d->processors;
  machine->gic.more_redistributors = d->more_redistributors;
  machine->lpis.memory = &machine->memory;
  machine->lpis.id_bits = d->lpi_id_bits;
  machine->its.base = d->its;
  machine->its.memory = &machine->memory;
  for (unsigned i = 0; i < d->further_itss; i++) {
    machine->further_its[i].base = d->further_its + i * d->its_stride;
    machine->further_its[i].memory = &machine->memory;
  }
  machine->smmu.base = d->smmu;
  machine->smmu.memory = &machine->memory;
  machine->smmu.stream_id_bits = d->stream_id_bits;
  machine->smmu.two_level_streams = d->two_level_streams;
  machine->smmu.substream_id_bits = d->substream_id_bits;
  machine->smmu.log2_commands = d->log2_commands;
  machine->smmu.log2_events = d->log2_events;
  machine->pcie.ecam = d->ecam;
  machine->pcie.last_bus = d->last_bus;
  machine->pcie.root_buses = d->root_buses;
  machine->pcie.memory = d->pcie_memory;
  machine->pcie.prefetchable_memory = d->pcie_prefetchable_memory;
  machine->pcie.functions = machine->functions;
  machine->pcie.capacity = machine->function_capacity;
  machine->msis.its = &machine->its;
  machine->msis.gic = &machine->gic;
  machine->msis.redistributors = machine->redistributors;
  machine->msis.lpis = &machine->lpis;
  machine->msis.vectors = machine->vectors;
  machine->msis.capacity = machine->vector_capacity;
}

static void enable_smmu_interrupt(struct machine* machine, uint32_t intid) {
  if (intid == 0) return;
  gic_configure_edge(&machine->gic, intid, true);
  gic_enable(&machine->gic, intid);
}

static bool uses_itss(const struct machine* machine) {
  return machine->description.doorbell == MACHINE_DOORBELL_ITS;
}

static bool uses_lpis(const struct machine* machine) {
  return uses_itss(machine) || machine->description.doorbell == MACHINE_DOORBELL_LPI;
}

static enum status initialise_itss(struct machine* machine) {
  enum status status = STATUS_OK;
  for (unsigned i = 0; status == STATUS_OK && i <= machine->description.further_itss; i++)
    status = its_initialise(machine_its(machine, i));
  return status;
}

static enum status open_frame(struct machine* machine) {
  const struct machine_description* d = &machine->description;
  struct msi_controller* msis = &machine->msis;
  struct message_spis spis = {0, 0};
  bool v2m = d->doorbell == MACHINE_DOORBELL_V2M;
  msis->doorbells = &spi_doorbells;
  msis->frame = v2m ? d->v2m : d->message_alias;
  enum status status = v2m ? v2m_open(msis->frame, &spis) : spi_message_open(msis->frame, &spis);
  msis->first_intid = spis.first;
  msis->intids = spis.count;
  return status;
}

static enum status initialise_doorbells(struct machine* machine) {
  enum status status =
      uses_lpis(machine) ? lpi_initialise(&machine->lpis, &machine->gic) : STATUS_OK;
  if (status != STATUS_OK) return status;
  if (uses_itss(machine)) return initialise_itss(machine);
  if (!uses_lpis(machine)) return open_frame(machine);
  machine->msis.doorbells = &lpi_doorbells;
  return STATUS_OK;
}

static enum status initialise(struct machine* machine) {
  if (machine->description.processors > MACHINE_PROCESSORS) return STATUS_BAD_ARGUMENT;
  if (machine->description.further_itss >= MACHINE_ITSS) return STATUS_BAD_ARGUMENT;
  lay_out(machine);
  enum status status = gic_initialise(&machine->gic);
  if (status == STATUS_OK) status = initialise_doorbells(machine);
  if (status != STATUS_OK) return status;
  enable_smmu_interrupt(machine, machine->description.smmu_event_interrupt);
  enable_smmu_interrupt(machine, machine->description.smmu_error_interrupt);
  status = smmu_initialise(&machine->smmu);
  if (status == STATUS_OK) status = machine_make_guest(machine);
  return status == STATUS_OK ? pcie_enumerate(&machine->pcie) : status;
}

enum status machine_initialise(struct machine* machine) {
  enum status status = initialise(machine);
  __atomic_store_n(&machine->stage, status == STATUS_OK ? MACHINE_READY : MACHINE_FAILED,
                   __ATOMIC_RELEASE);
  send_event();
  return status;
}

static void take_events(struct machine* machine) {
  struct smmu_event event;
  while (smmu_next_event(&machine->smmu, &event)) {
    __atomic_fetch_add(&machine->events, 1, __ATOMIC_RELAXED);
    if (machine->on_event != 0) machine->on_event(machine, &event);
  }
}

static bool dispatch(struct machine* machine, uint32_t intid) {
  if (intid == SGI_WAKE) {
    __atomic_fetch_add(&machine->woken[processor_number()], 1, __ATOMIC_RELEASE);
    return true;
  }
  if (msi_owns(&machine->msis, intid)) return msi_dispatch(&machine->msis, intid);
  if (intid == machine->description.smmu_event_interrupt) {
    take_events(machine);
    return true;
  }
  if (intid == machine->description.smmu_error_interrupt) {
    smmu_handle_global_errors(&machine->smmu);
    return true;
  }
  return false;
}

/* One acknowledge an exception, as Linux does; the line stays asserted while more is deliverable.
 */
static void take_interrupt(void* argument) {
  struct machine* machine = argument;
  unsigned processor = processor_number();
  uint32_t intid = gic_acknowledge();
  if (gic_is_special(intid)) {
    machine->spurious[processor]++;
    return;
  }
  machine->taken[processor]++;
  if (!dispatch(machine, intid)) __atomic_fetch_add(&machine->unclaimed, 1, __ATOMIC_RELAXED);
  gic_end(intid);
}

static bool is_set(const uint32_t* flag) {
  return __atomic_load_n(flag, __ATOMIC_ACQUIRE) != 0;
}

static enum status map_collections(struct machine* machine, unsigned processor) {
  const struct redistributor* redistributor = &machine->redistributors[processor];
  enum status status = STATUS_OK;
  for (unsigned i = 0; status == STATUS_OK && i <= machine->description.further_itss; i++) {
    status = its_map_collection(machine_its(machine, i), processor, redistributor);
    if (status == STATUS_OK) status = its_invalidate_collection(machine_its(machine, i), processor);
  }
  return status;
}

enum status machine_join(struct machine* machine) {
  unsigned processor = processor_number();
  if (processor >= MACHINE_PROCESSORS) return STATUS_BAD_ARGUMENT;
  while (!is_set(&machine->stage))
    wait_for_event();
  if (__atomic_load_n(&machine->stage, __ATOMIC_ACQUIRE) == MACHINE_FAILED) return STATUS_REFUSED;
  struct redistributor* redistributor = &machine->redistributors[processor];
  enum status status = gic_initialise_processor(&machine->gic, redistributor);
  if (status == STATUS_OK && uses_lpis(machine))
    status = lpi_initialise_processor(&machine->lpis, redistributor);
  if (status == STATUS_OK && machine->msis.doorbells == &lpi_doorbells &&
      !direct_lpi_supported(redistributor))
    status = STATUS_UNSUPPORTED;
  if (status == STATUS_OK && uses_itss(machine)) status = map_collections(machine, processor);
  if (status != STATUS_OK) return status;
  redistributor_enable(redistributor, SGI_WAKE);
  interrupts_install(take_interrupt, machine);
  interrupts_unmask();
  __atomic_fetch_add(&machine->joined, 1, __ATOMIC_RELEASE);
  send_event();
  return STATUS_OK;
}

enum status machine_wait_for(const struct machine* machine, unsigned processors) {
  struct deadline deadline = deadline_start();
  while (__atomic_load_n(&machine->joined, __ATOMIC_ACQUIRE) < processors) {
    if (deadline_passed_at_event(&deadline)) return STATUS_TIMEOUT;
  }
  return STATUS_OK;
}

/* WFI wakes for a masked interrupt too, so none is missed between the look at the flag and the
 * wait. */
void machine_idle(struct machine* machine) {
  while (!is_set(&machine->stopping)) {
    uint64_t state = interrupts_mask();
    if (!is_set(&machine->stopping)) wait_for_interrupt();
    interrupts_restore(state);
  }
}

/* An SGI of the default priority preempts no handler. */
enum status machine_synchronise(struct machine* machine, unsigned processor) {
  if (processor == processor_number()) return STATUS_OK;
  const uint32_t* woken = &machine->woken[processor];
  uint32_t before = __atomic_load_n(woken, __ATOMIC_ACQUIRE);
  gic_send_sgi(machine->redistributors[processor].affinity, SGI_WAKE);
  struct deadline deadline = deadline_start();
  while (__atomic_load_n(woken, __ATOMIC_ACQUIRE) == before) {
    if (deadline_passed(&deadline)) return STATUS_TIMEOUT;
  }
  return STATUS_OK;
}

void machine_stop(struct machine* machine) {
  __atomic_store_n(&machine->stopping, 1, __ATOMIC_RELEASE);
  for (unsigned i = 0; i < MACHINE_PROCESSORS; i++) {
    if (machine->redistributors[i].base != 0) {
      gic_send_sgi(machine->redistributors[i].affinity, SGI_WAKE);
    }
  }
}
