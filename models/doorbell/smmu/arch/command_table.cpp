// The commands of IHI 0070 chapter 4 as a table.
#include <algorithm>
#include <iterator>

#include "doorbell/smmu/arch/command.h"

namespace doorbell::smmu {
namespace {

using Substream = CommandLayout::Substream;

bool always(const Features&) {
  return true;
}
bool stage1(const Features& features) {
  return features.stage1;
}
bool stage2(const Features& features) {
  return features.stage2;
}
bool hypervisor(const Features& features) {
  return offers_hypervisor(features);
}
bool ats(const Features& features) {
  return features.ats;
}
bool page_requests(const Features& features) {
  return offers_page_requests(features);
}
bool stalls(const Features& features) {
  return features.stall_model != StallModel::terminate;
}

constexpr CommandLayout layouts[] = {
    {.opcode = Opcode::CMD_PREFETCH_CONFIG,
     .name = "CMD_PREFETCH_CONFIG",
     .section = "IHI 0070 4.2.1",
     .offered = always,
     .stream = true,
     .substream = Substream::qualified},
    {.opcode = Opcode::CMD_PREFETCH_ADDR,
     .name = "CMD_PREFETCH_ADDR",
     .section = "IHI 0070 4.2.2",
     .offered = always,
     .stream = true,
     .substream = Substream::qualified,
     .address = true},
    {.opcode = Opcode::CMD_CFGI_STE,
     .name = "CMD_CFGI_STE",
     .section = "IHI 0070 4.3.1",
     .offered = always,
     .stream = true,
     .leaf = true},
    {.opcode = Opcode::CMD_CFGI_STE_RANGE,
     .name = "CMD_CFGI_STE_RANGE",
     .section = "IHI 0070 4.3.2",
     .offered = always,
     .stream = true},
    {.opcode = Opcode::CMD_CFGI_CD,
     .name = "CMD_CFGI_CD",
     .section = "IHI 0070 4.3.3",
     .offered = stage1,
     .stream = true,
     .substream = Substream::always,
     .leaf = true},
    {.opcode = Opcode::CMD_CFGI_CD_ALL,
     .name = "CMD_CFGI_CD_ALL",
     .section = "IHI 0070 4.3.4",
     .offered = stage1,
     .stream = true},
    {.opcode = Opcode::CMD_TLBI_NH_ALL,
     .name = "CMD_TLBI_NH_ALL",
     .section = "IHI 0070 4.4.2.1",
     .offered = stage1,
     .vmid = true},
    {.opcode = Opcode::CMD_TLBI_NH_ASID,
     .name = "CMD_TLBI_NH_ASID",
     .section = "IHI 0070 4.4.2.2",
     .offered = stage1,
     .vmid = true,
     .asid = true},
    {.opcode = Opcode::CMD_TLBI_NH_VA,
     .name = "CMD_TLBI_NH_VA",
     .section = "IHI 0070 4.4.2.4",
     .offered = stage1,
     .leaf = true,
     .vmid = true,
     .asid = true,
     .address = true,
     .range = true},
    {.opcode = Opcode::CMD_TLBI_NH_VAA,
     .name = "CMD_TLBI_NH_VAA",
     .section = "IHI 0070 4.4.2.3",
     .offered = stage1,
     .leaf = true,
     .vmid = true,
     .address = true,
     .range = true},
    {.opcode = Opcode::CMD_TLBI_EL2_ALL,
     .name = "CMD_TLBI_EL2_ALL",
     .section = "IHI 0070 4.4.2.7",
     .offered = hypervisor},
    {.opcode = Opcode::CMD_TLBI_EL2_ASID,
     .name = "CMD_TLBI_EL2_ASID",
     .section = "IHI 0070 4.4.2.10",
     .offered = hypervisor,
     .asid = true},
    {.opcode = Opcode::CMD_TLBI_EL2_VA,
     .name = "CMD_TLBI_EL2_VA",
     .section = "IHI 0070 4.4.2.8",
     .offered = hypervisor,
     .leaf = true,
     .asid = true,
     .address = true,
     .range = true},
    {.opcode = Opcode::CMD_TLBI_EL2_VAA,
     .name = "CMD_TLBI_EL2_VAA",
     .section = "IHI 0070 4.4.2.9",
     .offered = hypervisor,
     .leaf = true,
     .address = true,
     .range = true},
    {.opcode = Opcode::CMD_TLBI_S12_VMALL,
     .name = "CMD_TLBI_S12_VMALL",
     .section = "IHI 0070 4.4.3.2",
     .offered = stage2,
     .vmid = true},
    {.opcode = Opcode::CMD_TLBI_S2_IPA,
     .name = "CMD_TLBI_S2_IPA",
     .section = "IHI 0070 4.4.3.1",
     .offered = stage2,
     .leaf = true,
     .vmid = true,
     .address = true,
     .range = true},
    {.opcode = Opcode::CMD_TLBI_NSNH_ALL,
     .name = "CMD_TLBI_NSNH_ALL",
     .section = "IHI 0070 4.4.4.1",
     .offered = always},
    {.opcode = Opcode::CMD_ATC_INV,
     .name = "CMD_ATC_INV",
     .section = "IHI 0070 4.5.1",
     .offered = ats,
     .stream = true,
     .substream = Substream::qualified,
     .address = true},
    {.opcode = Opcode::CMD_PRI_RESP,
     .name = "CMD_PRI_RESP",
     .section = "IHI 0070 4.5.2",
     .offered = page_requests,
     .stream = true,
     .substream = Substream::qualified},
    {.opcode = Opcode::CMD_RESUME,
     .name = "CMD_RESUME",
     .section = "IHI 0070 4.7.1",
     .offered = stalls,
     .stream = true},
    {.opcode = Opcode::CMD_STALL_TERM,
     .name = "CMD_STALL_TERM",
     .section = "IHI 0070 4.7.2",
     .offered = stalls,
     .stream = true},
    {.opcode = Opcode::CMD_SYNC,
     .name = "CMD_SYNC",
     .section = "IHI 0070 4.7.3",
     .offered = always},
};

}  // namespace

std::span<const CommandLayout> command_layouts() {
  return layouts;
}

const CommandLayout* layout_of(Opcode opcode) {
  const auto* const found = std::ranges::find(layouts, opcode, &CommandLayout::opcode);
  return found == std::end(layouts) ? nullptr : found;
}

}  // namespace doorbell::smmu
