/* How devices are translated: what of the SMMU's stages stands between them and memory. */
#include "sw/drivers/smmu/stage2.h"
#include "sw/scenarios/machine.h"

#define INTERMEDIATE_BITS 40 /* as KVM gives guests */

/* A guest's intermediate page of an ITS's GITS_TRANSLATER, as VFIO has them. */
static uint64_t intermediate_page(const struct machine* machine, unsigned number) {
  return machine->description.doorbell_ipa + number * PAGE_SIZE;
}

static unsigned number_of(struct machine* machine, const struct its* its) {
  unsigned number = 0;
  while (machine_its(machine, number) != its)
    number++;
  return number;
}

/* The last of those that there are, and no device's own. */
static uint16_t vmid_of_guest(const struct smmu* smmu) {
  return smmu->wide_vmids ? UINT16_MAX : UINT8_MAX;
}

/* One guest, whose memory is where it is, and whose ITSs' doorbells are elsewhere. */
enum status machine_make_guest(struct machine* machine) {
  const struct machine_description* d = &machine->description;
  if (d->translation != MACHINE_NESTED) return STATUS_OK;
  if (d->doorbell != MACHINE_DOORBELL_ITS) return STATUS_UNSUPPORTED;
  enum status status =
      smmu_domain_initialise_stage_2(&machine->smmu, &machine->guest, vmid_of_guest(&machine->smmu),
                                     INTERMEDIATE_BITS, GRANULE_4K);
  if (status == STATUS_OK) {
    status = smmu_map(&machine->guest, d->memory, d->memory, d->memory_end - d->memory,
                      MAP_WRITE | MAP_BLOCKS);
  }
  for (unsigned i = 0; status == STATUS_OK && i <= d->further_itss; i++) {
    uint64_t doorbell = 0;
    status = msi_map_doorbell(machine_its(machine, i), &machine->guest,
                              intermediate_page(machine, i), &doorbell);
  }
  return status;
}

enum status machine_attach(struct machine* machine, struct smmu_domain* domain, uint32_t stream_id,
                           uint16_t asid) {
  struct smmu* smmu = &machine->smmu;
  enum machine_translation translation = machine->description.translation;
  if (translation == MACHINE_UNTRANSLATED) return smmu_bypass(smmu, stream_id);
  enum status status =
      translation == MACHINE_STAGE_2
          ? smmu_domain_initialise_stage_2(smmu, domain, (uint16_t)(asid + 1), INTERMEDIATE_BITS,
                                           GRANULE_4K)
          : smmu_domain_initialise(smmu, domain, asid, machine->description.address_bits);
  if (status != STATUS_OK) return status;
  return translation == MACHINE_NESTED
             ? smmu_attach_nested(smmu, stream_id, domain, &machine->guest)
             : smmu_attach(smmu, stream_id, domain);
}

enum status machine_map_doorbell(struct machine* machine, struct smmu_domain* domain,
                                 const struct its* its, uint64_t iova_page, uint64_t* doorbell) {
  enum machine_translation translation = machine->description.translation;
  if (translation == MACHINE_UNTRANSLATED || machine->description.doorbell_window) {
    *doorbell = its_doorbell(its);
    return STATUS_OK;
  }
  if (translation != MACHINE_NESTED) return msi_map_doorbell(its, domain, iova_page, doorbell);
  *doorbell = iova_page + its_doorbell(its) % PAGE_SIZE;
  return smmu_map(domain, iova_page, intermediate_page(machine, number_of(machine, its)), PAGE_SIZE,
                  MAP_WRITE | MAP_DEVICE);
}
